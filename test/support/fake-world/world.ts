import { fakeImages } from '../sample-database.ts';
import { usualPrices } from '../../../src/domain/prices.ts';
import { defaultSubnetPool } from '../../../src/domain/addresses.ts';
import { createActivities } from '../../../src/activities/index.ts';
import type { Dependencies } from '../../../src/nodes/dependencies.ts';
import type { FakePlatform } from '../../../src/platform/fake/index.ts';
import { limited } from '../../../src/platform/call-limits.ts';
import { answerCommands } from './commands.ts';
import { createConnections, type Connections } from './connections.ts';
import { createEtcdClusters, type EtcdClusters } from './etcd-cluster.ts';
import { createFakeComponents } from './fake-components.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLives, type Lives } from './crash-injection.ts';
import { createMachines, type Machines } from './machines.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { createPatroniClusters, type PatroniClusters } from './patroni-clusters.ts';
import { createPoolers, type Poolers } from './poolers.ts';
import { createServers, type Servers } from './postgres-servers.ts';
import { createOutside, type Outside } from './outside.ts';
import { createRouters, type Routers } from './routers.ts';

/** An engine, metadata and everything that speaks a protocol, in memory: the real activities work on it. */
export interface World {
  readonly platform: FakePlatform;
  readonly store: MemoryStore;
  readonly machines: Machines;
  readonly servers: Servers;
  readonly etcd: EtcdClusters;
  readonly patroni: PatroniClusters;
  readonly routers: Routers;
  readonly poolers: Poolers;
  readonly faults: Faults;
  readonly lives: Lives;
  readonly outside: Outside;
  readonly activities: ReturnType<typeof createActivities>;
  readonly connections: Connections;
  /** What the activities work with. */
  readonly dependencies: Dependencies;
  /** A replica's lag from now on, bytes. */
  fallBehind(node: string, bytes: number): void;
  /** A replica is far behind, receives what it lacks, and does not come near its end. */
  catchUpSlowly(node: string, bytes: number): void;
  /** A replica receives from now on, and replays nothing: its primary has more connections than it. */
  pauseReplay(node: string): void;
}

export const worldHome = '1a2b3c4d';

export const createWorld = (): World => {
  const machines = createMachines();
  const etcd = createEtcdClusters(machines);
  const servers = createServers(machines, etcd);
  const patroni = createPatroniClusters(machines, servers);
  const routers = createRouters(machines, servers);
  const poolers = createPoolers(machines);
  const lives = createLives();
  const outside = createOutside(lives);
  const connections = createConnections({ machines, servers, routers, poolers, outside });
  answerCommands({ machines, servers, etcd, patroni, routers, poolers });
  const behind = new Map<string, number>();
  const paused = new Set<string>();
  const catchingUp = new Set<string>();
  const store = createMemoryStore();
  const faults = createFaults(lives, outside);
  const { platform } = machines;
  const dependencies: Dependencies = {
    platform: {
      ...limited(outside.of('the engine', platform), outside.limits),
      watch: platform.watch,
      execInteractive: outside.connect((name, command) => platform.execInteractive(name, command)),
    },
    store: outside.of('the metadata', store),
    components: createFakeComponents({
      machines,
      etcd,
      servers,
      patroni,
      routers,
      poolers,
      connections,
      behind,
      paused,
      catchingUp,
      outside,
    }),
    images: fakeImages,
    subnetPool: defaultSubnetPool,
    prices: usualPrices,
    home: worldHome,
    log: { info: () => {}, warn: () => {} },
  };
  return {
    platform: machines.platform,
    store,
    machines,
    servers,
    etcd,
    patroni,
    routers,
    poolers,
    connections,
    dependencies,
    faults,
    lives,
    outside,
    activities: faults.into(createActivities(dependencies)),
    pauseReplay: (node) => void paused.add(node),
    catchUpSlowly(node, bytes) {
      behind.set(node, bytes);
      catchingUp.add(node);
    },
    fallBehind: (node, bytes) => void behind.set(node, bytes),
  };
};
