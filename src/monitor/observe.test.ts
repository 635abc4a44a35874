import { expect, test, vi } from 'vitest';
import type { Peer } from '../components/peer.ts';
import { replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import type { LiveState } from '../domain/live-state.ts';
import { labelNames, nodeLabels } from '../domain/naming.ts';
import { secretNames } from '../nodes/secrets.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { LookingDependencies } from './dependencies.ts';
import { observeDatabases } from './observe.ts';

const home = '1a2b3c4d';
const newDatabases = (count: number): Database[] =>
  Array.from({ length: count }, (_, index) => {
    const database = sampleDatabase(`db-${index}`);
    return { ...database, topology: replicaTopology(database) };
  });

/** Databases whose containers all run, on an engine and servers that count what is asked of them. */
const newWorld = async (databases: Database[]) => {
  const platform = createFakePlatform();
  for (const database of databases) {
    await platform.ensureNetwork({ name: `net-${database.name}`, labels: { [labelNames.home]: home } });
    for (const node of database.topology.nodes) {
      await platform.ensureContainer({
        name: node.container,
        image: node.kind,
        hostname: node.name,
        network: `net-${database.name}`,
        aliases: [],
        mounts: [],
        ports: [],
        labels: nodeLabels(database, node, 'o1'),
        environment: {},
        restart: 'unless-stopped',
        memoryBytes: 1,
        cpus: 1,
        confinement: null,
      });
      await platform.startContainer(node.container);
      platform.setHealth(node.container, 'healthy');
    }
  }
  const counts = { logins: 0, questions: 0 };
  const sessions: { end(): void }[] = [];
  let addresses = new Map<string, string>();
  const connectPostgres = async ({ peer, onEnd }: { peer: Peer; onEnd?: (state: null) => void }) => {
    counts.logins += 1;
    let open = true;
    sessions.push({
      end() {
        open = false;
        onEnd?.(null);
      },
    });
    return {
      host: peer.address,
      query: async () => {
        if (!open) throw new Error('the connection has ended');
        return [];
      },
      end: async () => void (open = false),
    };
  };
  type Connection = Awaited<ReturnType<typeof connectPostgres>>;
  const components = {
    postgres: {
      connectPostgres,
      readPosition: async (connection: Connection) => {
        counts.questions += 1;
        await connection.query();
        const in_recovery = addresses.get(connection.host) !== 'postgres-1';
        return { in_recovery, lsn: '0/5000060', receive_lsn: null, timeline: 1, system_identifier: '1' };
      },
      readSelfReport: async () => ({ version: '17.6', lag_seconds: 0 }),
      readHeldBytes: async () => 1000,
      readReplication: async () => [],
      readReplay: async () => ({ streams: true, paused: false, limits: {} }),
      parseLsn: () => 1n,
    },
  };
  const seen = new Map<string, LiveState>();
  const busy = new Set<string>();
  const doubted: string[] = [];
  const onRound: { run: (round: number) => Promise<void> | void } = { run: () => undefined };
  let rounds = 0;
  let records = 0;
  const store = {
    listDatabases: async () => {
      rounds += 1;
      await onRound.run(rounds);
      return databases;
    },
    listBusy: async () => busy,
    readObserved: async () => null,
    readClock: async () => '2026-01-01T10:00:00Z',
    readDatabase: async (id: string) => databases.find((database) => database.id === id) ?? null,
    readSecrets: async () => Object.fromEntries(secretNames.map((name) => [name, 'x'])),
    recordObserved: async ({ service_id, live }: { service_id: string; live: LiveState }) => {
      seen.set(service_id, live);
      records += 1;
    },
    doubtObserved: async (id: string) => void doubted.push(id),
  };
  const images = { postgres: 'postgres', haproxy: 'haproxy-2' };
  const warnings: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };
  const dependencies = { platform, store, components, log, home, images } as unknown as LookingDependencies;
  addresses = new Map(
    await Promise.all(
      databases.flatMap(({ topology }) =>
        topology.nodes.map(async ({ name, container }): Promise<[string, string]> => [
          (await platform.inspectContainer(container))?.address ?? '',
          name,
        ]),
      ),
    ),
  );
  return {
    platform,
    counts,
    sessions,
    seen,
    busy,
    doubted,
    warnings,
    /** `then(n)` runs before round n; the round after `count` does not take place. */
    async observe(
      count: number,
      then: (round: number) => Promise<void> | void = () => undefined,
      failing = new Set<string>(),
      listLastsMs = 60_000,
    ) {
      const stopping = new AbortController();
      const looked = databases.filter(({ id }) => !busy.has(id) && !failing.has(id)).length;
      onRound.run = async (round) => {
        await vi.waitFor(() => expect(records).toBe(looked * (round - 1)));
        await then(round);
        if (round > count) stopping.abort();
      };
      rounds = 0;
      records = 0;
      await observeDatabases(dependencies, failing, stopping.signal, { everyMs: () => 1, listLastsMs });
      expect(warnings).toEqual([]);
    },
  };
};

// One look at one database at stage 2 made eight calls of the engine and five logins; at stage 3 it was eighteen and five.
test('a round is one call of the engine and a question to each server, whatever number of databases there is', async () => {
  const databases = newDatabases(20);
  const world = await newWorld(databases);
  const servers = 2 * databases.length;
  const before = world.platform.calls.length;
  let first = 0;
  await world.observe(4, (round) => {
    if (round === 2) first = world.platform.calls.length;
  });
  expect([...world.seen.values()].map(({ health }) => health)).toEqual(databases.map(() => 'healthy'));
  // What the health check of a router has said is asked for every five minutes.
  const routers = 2 * databases.length;
  // When an image was built is asked for once, however many containers run it.
  const images = new Set(databases.flatMap(({ topology }) => topology.nodes.map(({ kind }) => kind)));
  expect(first - before).toBe(1 + routers + images.size);
  const later = world.platform.calls.slice(first).map(({ method }) => method);
  expect(new Set(later)).toEqual(new Set(['listContainers']));
  expect(later.length).toBeLessThanOrEqual(4);
  expect(world.counts.logins).toBe(servers);
  // What each replica has replayed is repeated.
  expect(world.counts.questions).toBeGreaterThanOrEqual(3 * (servers + databases.length));
});

test('a node whose image is not the one that such nodes are made from now is known, with the age of its image', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  await world.observe(1);
  const imageOf = (name: string) =>
    world.seen.get(database!.id)?.nodes.find((node) => node.name === name)?.facts?.image;
  expect(imageOf('postgres-1')).toEqual({ reference: 'postgres', newest: true, made_at: '2026-01-01T00:00:00.000Z' });
  expect(imageOf('haproxy-1')).toMatchObject({ reference: 'haproxy', newest: false });
});

test('a node that has exited is seen in the next round', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  const replica = database!.topology.nodes.find(({ name }) => name === 'postgres-2')!;
  await world.observe(3, async (round) => {
    if (round === 2) await world.platform.stopContainer(replica.container, 0);
  });
  expect(world.seen.get(database!.id)).toMatchObject({ health: 'degraded' });
  expect(world.seen.get(database!.id)?.nodes.find(({ name }) => name === 'postgres-2')?.state).toBe('stopped');
});

test('one that was removed is asked for by itself: it may have been made since the list', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  const replica = database!.topology.nodes.find(({ name }) => name === 'postgres-2')!;
  await world.observe(3, async (round) => {
    if (round === 2) await world.platform.removeContainer(replica.container);
  });
  expect(world.seen.get(database!.id)?.nodes.find(({ name }) => name === 'postgres-2')?.state).toBe('absent');
});

// A connection that had ended with a server's restart was taken for a server that does not answer.
test('a login that has ended is rebuilt, and says nothing of the server', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  await world.observe(3, (round) => {
    if (round === 2) for (const session of world.sessions) session.end();
  });
  expect(world.seen.get(database!.id)).toMatchObject({ health: 'healthy' });
  expect(world.counts.logins).toBe(4);
});

test('a database is left alone while an operation or a failover works on it', async () => {
  const [busy, failing, shop] = newDatabases(3);
  const world = await newWorld([busy!, failing!, shop!]);
  world.busy.add(busy!.id);
  await world.observe(2, undefined, new Set([failing!.id]));
  expect([...world.seen.keys()]).toEqual([shop!.id]);
});

test('what the engine reports of a node makes what was seen of its database doubtful at once', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  const { container } = database!.topology.nodes[1]!;
  await world.observe(2, async (round) => {
    if (round === 2) await world.platform.stopContainer(container, 0);
  });
  expect(world.doubted).toContain(database!.id);
});

test('an engine that does not answer leaves every node unknown, which is on record as that', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  await world.observe(2, (round) => {
    if (round === 2) world.platform.failNext('listContainers', new Error('Docker does not answer'), 99);
  });
  const states = world.seen.get(database!.id)?.nodes.map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(['unknown']));
});

// With many databases and a busy machine a round took longer than what it had begun with was worth: all was stale at once.
test('a look that begins long after its round lists the containers again', async () => {
  const databases = newDatabases(5);
  const world = await newWorld(databases);
  await world.observe(1, undefined, undefined, -1);
  const lists = world.platform.calls.filter(({ method }) => method === 'listContainers').length;
  expect(lists).toBeGreaterThanOrEqual(databases.length);
});

test('what nodes say beside their state is on record with it, and since when they have been in it', async () => {
  const [database] = newDatabases(1);
  const world = await newWorld([database!]);
  await world.observe(2);
  const server = world.seen.get(database!.id)?.nodes.find(({ name }) => name === 'postgres-1');
  expect(server?.facts).toMatchObject({ version: '17.6', volume_bytes: 1000, since: expect.stringMatching(/Z$/) });
});
