import { expect, test, vi } from 'vitest';
import { haTopology, sampleDatabase, samplePasswords } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { labelNames } from '../domain/naming.ts';
import { nodeNamed, nodesOf } from '../domain/topology.ts';
import type { ContainerEvent } from '../platform/platform.ts';
import { guardLeaders } from './guard-leaders.ts';

/** A database whose leader, postgres-2, has exited, and what the metadata say of it. */
interface Guarded {
  readonly database: Database;
  stopped: boolean;
  busy: boolean;
  /** Happens once a failover is being prepared: between the engine's report and what is done about it. */
  onPrepared: (guarded: Guarded) => void;
}

const guarded = (name: string, change: Partial<Omit<Guarded, 'database'>> = {}): Guarded => {
  const record = sampleDatabase(name);
  const database = { ...record, topology: { ...haTopology(record), pooling: null } };
  const nodes = database.topology.nodes.filter(({ kind }) => kind !== 'pgbouncer');
  return {
    database: { ...database, topology: { ...database.topology, nodes } },
    stopped: false,
    busy: false,
    onPrepared: () => undefined,
    ...change,
  };
};

const exitOf = ({ database: { id, topology } }: Guarded): ContainerEvent => ({
  container: nodeNamed(topology, topology.primary).container,
  labels: { [labelNames.database]: id, [labelNames.kind]: 'postgres', [labelNames.node]: topology.primary },
  action: 'die',
  at: 0,
});

/** Names of the databases whose dead leader loses its lock, when the exits of all are reported in this order. */
const succeeded = async (...all: readonly Guarded[]): Promise<readonly string[]> => {
  const released: string[] = [];
  const of = (id: string) => all.find(({ database }) => database.id === id)!;
  const ofContainer = (container: string) =>
    all.find(({ database }) => database.topology.nodes.some((node) => node.container === container))!;
  // Each database has an address: that is how its clients are told apart.
  const addressOf = (one: Guarded) => `10.0.0.${all.indexOf(one)}`;
  const ofPeer = ({ address }: { readonly address: string }) => all.find((one) => addressOf(one) === address)!;
  const etcdClient = (one: Guarded) => ({
    get: async () => one.database.topology.primary,
    compareAndDelete: async () => {
      released.push(one.database.name);
      return false;
    },
  });
  const stopping = new AbortController();
  const dependencies = {
    home: '1a2b3c4d',
    log: { info: () => undefined, warn: () => undefined },
    store: {
      isBusy: async (id: string) => of(id).busy,
      readDatabase: async (id: string) => {
        const { database, stopped } = of(id);
        return stopped ? { ...database, topology: { ...database.topology, stopped } } : database;
      },
      readSecrets: async () => samplePasswords,
      listDatabases: async () => [],
    },
    platform: {
      inspectContainer: async (container: string) => {
        const one = ofContainer(container);
        const runs = !nodesOf(one.database.topology, 'postgres').some((node) => node.container === container);
        return { running: runs, frozen: false, address: runs ? addressOf(one) : null };
      },
      async *watch() {
        yield* all.map(exitOf);
        await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
      },
    },
    components: {
      etcd: {
        createEtcdClient: ({ peer }: { readonly peer: { readonly address: string } }) => {
          const one = ofPeer(peer);
          one.onPrepared(one);
          return etcdClient(one);
        },
      },
      postgres: { connectPostgres: () => Promise.reject(new Error('it is dead')) },
      haproxy: { connectHaproxy: () => Promise.reject(new Error('not asked')) },
    },
  } as unknown as Parameters<typeof guardLeaders>[0];
  const guarding = guardLeaders(dependencies, new Set(), stopping.signal);
  // The last of them was reported last: when it has been dealt with, so have the others.
  await vi.waitFor(() => expect(released).toContain(all.at(-1)!.database.name));
  stopping.abort();
  await guarding;
  return released;
};

test('a leader that has exited is succeeded', async () => {
  expect(await succeeded(guarded('shop'), guarded('other'))).toEqual(['shop', 'other']);
});

test('not that of a database that is stopped on purpose, or that an operation works on', async () => {
  const left = [guarded('stopped', { stopped: true }), guarded('busy', { busy: true })];
  expect(await succeeded(...left, guarded('other'))).toEqual(['other']);
});

// A stop that began after the monitor had asked ended this leader itself: another was elected under its hands.
test('nor when the stop begins, or is recorded, between the report and what is done about it', async () => {
  const left = [
    guarded('begun', { onPrepared: (one) => (one.busy = true) }),
    guarded('recorded', { onPrepared: (one) => (one.stopped = true) }),
  ];
  expect(await succeeded(...left, guarded('other'))).toEqual(['other']);
});
