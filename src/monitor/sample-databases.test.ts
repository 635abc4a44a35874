import { expect, test, vi } from 'vitest';
import { pooledTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import type { ServerReading } from '../domain/samples.ts';
import { recordedStepMs, sizeEveryMs } from '../domain/sampling.ts';
import type { MeasuredSamples } from '../store/metrics.ts';
import type { MonitorDependencies } from './dependencies.ts';
import type { Looking } from './looking.ts';
import { createSampler } from './sample-databases.ts';

const usual: ServerReading = {
  in_recovery: false,
  started: 1,
  wal_bytes: 100,
  xids: 10,
  max_connections: 100,
  connections: 5,
  connections_active: 1,
  connections_idle: 4,
  connections_idle_in_transaction: 0,
  commits: 0,
  rollbacks: 0,
  blocks_hit: 0,
  blocks_read: 0,
  round_trip_ms: 1,
};

const never = 3_600_000;

/** Databases whose servers commit ten times a second; five seconds pass with each time that one is asked. */
const newWorld = (databases: Database[], { everyMs = 1, watchedEveryMs = never, recordEveryMs = never } = {}) => {
  let clock = 1_000_000;
  const asked: string[] = [];
  const sized: string[] = [];
  const silent = new Set<string>();
  const recorded: MeasuredSamples[] = [];
  const readServer = async (node: string, name: string): Promise<ServerReading> => {
    asked.push(`${name}/${node}`);
    if (silent.has(node)) throw new Error('no answer');
    clock += 5000;
    const commits = (clock / 1000) * 10;
    return { ...usual, commits, in_recovery: node !== 'postgres-1', wal_bytes: node === 'postgres-1' ? 100 : 90 };
  };
  const readDatabaseSize = async (_: unknown, name: string) => {
    sized.push(name);
    return 4096;
  };
  const session = (database: Database) => ({
    database,
    asSuperuser: (node: { name: string }, ask: (connection: unknown) => unknown) => ask(node.name),
    asPoolerAdmin: async (_: unknown, port: number, ask: (admin: unknown) => unknown) =>
      ask({
        pools: async () => [
          { database: 'shop', user: 'shop', cl_active: 3, cl_waiting: port === 5432 ? 2 : 0, sv_active: 3, sv_idle: 1 },
          { database: 'postgres', user: 'pgbouncer', cl_active: 9, cl_waiting: 9, sv_active: 9, sv_idle: 9 },
        ],
      }),
  });
  const dependencies = {
    platform: { freeBytes: async () => 1000 },
    components: { postgres: { readServer, readDatabaseSize } },
    store: {
      listDatabases: async () => databases,
      recordMetrics: async (measured: readonly MeasuredSamples[]) => void recorded.push(...measured),
      removeMetrics: async () => undefined,
    },
    log: { info: () => undefined, warn: () => undefined },
  } as unknown as MonitorDependencies;
  const looking = { sessions: { of: async (database: Database) => ({ patient: session(database) }) } };
  const stopping = new AbortController();
  const pace = { firstAfterMs: 0, everyMs: () => everyMs, watchedEveryMs, recordEveryMs, now: () => clock };
  const sampler = createSampler(dependencies, pace);
  return {
    asked,
    sized,
    silent,
    recorded,
    sampler,
    /** Until `end` is called, which waits for the rest. */
    run(failing = new Set<string>()) {
      const running = sampler.run(failing, looking as unknown as Looking, stopping.signal);
      return async () => {
        stopping.abort();
        await running;
      };
    },
    samplesOf: async ({ id }: Database) => (await sampler.readSamples(id))?.samples ?? [],
  };
};

const shopOf = (topologyOf: (database: Database) => Database['topology']) => {
  const shop = sampleDatabase('shop');
  return { ...shop, topology: topologyOf(shop) };
};

test('every database is measured again and again, its size seldom, and what was measured can be asked for', async () => {
  const shop = shopOf(pooledTopology);
  const world = newWorld([shop]);
  const end = world.run();
  await vi.waitFor(async () => expect((await world.samplesOf(shop)).length).toBeGreaterThan(5));
  await end();
  expect(world.sized.length).toBeLessThanOrEqual(1 + (world.asked.length * 5000) / sizeEveryMs);
});

test('of what was read there are rates, lag, and the clients of poolers without the look-ups of passwords', async () => {
  const shop = shopOf((database) => ({
    ...replicaTopology(database),
    nodes: [...replicaTopology(database).nodes, ...pooledTopology(database).nodes.slice(2)],
  }));
  const world = newWorld([shop]);
  const end = world.run();
  await vi.waitFor(async () => expect((await world.samplesOf(shop)).length).toBeGreaterThan(2));
  expect((await world.samplesOf(shop)).at(-1)?.values).toMatchObject({
    'commits@postgres-1': 10,
    'lag@postgres-2': 10,
    'pool_waiting@pgbouncer-1': 2,
    'pool_active@pgbouncer-1': 6,
    'pool_servers@pgbouncer-1': 8,
    size: 4096,
    disk_free: 1000,
  });
  await end();
});

test('a database that someone looks at is measured between the rounds', async () => {
  const [shop, other] = [shopOf(pooledTopology), shopOf(pooledTopology)];
  const world = newWorld([shop, other], { everyMs: never, watchedEveryMs: 1 });
  const end = world.run();
  await vi.waitFor(async () => expect((await world.samplesOf(shop)).length).toBeGreaterThan(3));
  expect((await world.samplesOf(other)).length).toBeLessThanOrEqual(1);
  await end();
});

test('each step is recorded once: while it runs, and what is left as the monitor ends', async () => {
  const shop = shopOf(replicaTopology);
  const world = newWorld([shop], { recordEveryMs: 1 });
  const end = world.run();
  await vi.waitFor(() => expect(world.recorded.length).toBeGreaterThan(2));
  await end();
  const steps = world.recorded.flatMap(({ samples }) => samples.map(({ at }) => at));
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps.every((at) => at % recordedStepMs === 0)).toBe(true);
  expect(new Set(world.recorded.map(({ service_id }) => service_id))).toEqual(new Set([shop.id]));
});

test('a monitor that ends at once records what it has measured', async () => {
  const shop = shopOf(replicaTopology);
  const world = newWorld([shop]);
  const end = world.run();
  await vi.waitFor(() => expect(world.asked.length).toBeGreaterThan(2));
  await end();
  expect(world.recorded).toHaveLength(1);
  expect(world.recorded[0]?.samples.at(-1)).toMatchObject({ values: { size: 4096 } });
});

test('a node that does not answer is a gap of its own', async () => {
  const shop = shopOf(replicaTopology);
  const world = newWorld([shop]);
  world.silent.add('postgres-2');
  const end = world.run();
  await vi.waitFor(async () => expect((await world.samplesOf(shop)).length).toBeGreaterThan(2));
  const { values } = (await world.samplesOf(shop)).at(-1)!;
  expect(values).toHaveProperty('commits@postgres-1');
  expect(values).not.toHaveProperty('connections@postgres-2');
  expect(values).not.toHaveProperty('reads_on_replicas');
  await end();
});

test('one that is stopped or fails over is left alone, and who does not measure says so', async () => {
  const [stopped, failing, shop] = [shopOf(pooledTopology), shopOf(pooledTopology), shopOf(pooledTopology)];
  const world = newWorld([{ ...stopped, topology: { ...stopped.topology, stopped: true } }, failing, shop]);
  expect(await world.sampler.readSamples(shop.id)).toBeNull();
  const end = world.run(new Set([failing.id]));
  await vi.waitFor(async () => expect((await world.samplesOf(shop)).length).toBeGreaterThan(2));
  expect([await world.samplesOf(stopped), await world.samplesOf(failing)]).toEqual([[], []]);
  await end();
  expect(await world.sampler.readSamples(shop.id)).toBeNull();
});
