import { secretNames } from '../../src/nodes/secrets.ts';
import { randomUUID } from 'node:crypto';
import { costOf } from '../../src/domain/cost.ts';
import type { Database } from '../../src/domain/database.ts';
import { containerName, volumeName } from '../../src/domain/naming.ts';
import { haOptions, poolingOptions, replicaOptions } from '../../src/domain/options.ts';
import type { Facts } from '../../src/domain/facts.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Node, PostgresMode, Topology } from '../../src/domain/topology.ts';

/** Databases as they stand at a stage, for tests that need no container. */

let nextPort = 20_000;

export const sampleDatabase = (name: string, change: Partial<Database> = {}): Database => {
  const [postgres, pooled, pooled_read_only, read_write, read_only, stats, any_node] = Array.from(
    { length: 7 },
    () => nextPort++,
  ) as [number, number, number, number, number, number, number];
  const id = randomUUID();
  return {
    id,
    project: 'default',
    name,
    postgres_major: 17,
    home: '1a2b3c4d',
    ports: { postgres, pooled, pooled_read_only, read_write, read_only, stats, any_node },
    topology: singleTopology({ id, name, home: '1a2b3c4d' }),
    ...change,
  };
};

type Named = Pick<Database, 'id' | 'name' | 'home'>;

const node = (database: Named, kind: Node['kind'], number: number, mode?: PostgresMode): Node => {
  const name = kind === 'front' ? 'front' : `${kind}-${number}`;
  const hasData = kind === 'postgres' || kind === 'etcd';
  return {
    name,
    kind,
    container: containerName(database, name),
    volume: hasData ? volumeName(database, name) : null,
    ...(mode && { mode }),
    ...(kind === 'haproxy' && { serves_any_node: true }),
  };
};

export const singleTopology = (database: Named): Topology => ({
  stage: 0,
  nodes: [node(database, 'front', 1), node(database, 'postgres', 1, 'primary')],
  kept: [],
  primary: 'postgres-1',
  pooling: null,
  replicas: null,
  ha: null,
});

export const pooledTopology = (database: Named): Topology => ({
  ...singleTopology(database),
  stage: 1,
  nodes: [...singleTopology(database).nodes, node(database, 'pgbouncer', 1)],
  pooling: poolingOptions.parse({}),
});

export const replicaTopology = (database: Named): Topology => ({
  ...singleTopology(database),
  stage: 2,
  nodes: [...singleTopology(database).nodes, node(database, 'postgres', 2, 'replica'), node(database, 'haproxy', 1)],
  replicas: replicaOptions.parse({}),
});

export const haTopology = (database: Named): Topology => ({
  ...singleTopology(database),
  stage: 3,
  nodes: [
    node(database, 'front', 1),
    node(database, 'pgbouncer', 1),
    ...[1, 2, 3].flatMap((number) => [
      node(database, 'etcd', number),
      node(database, 'haproxy', number),
      node(database, 'postgres', number + 1, 'patroni'),
    ]),
  ],
  kept: [node(database, 'postgres', 1, 'primary')],
  primary: 'postgres-2',
  pooling: poolingOptions.parse({}),
  ha: { ...haOptions.parse({ failover_time: 10 }), scope: `${database.name}-a1`, etcd_token: 'etcd-a1' },
});

/** A server of which a plan has nothing to reckon with. */
export const nothingHeld = (server: string): Facts => ({
  server,
  unlogged: { count: 0, names: [] },
  logical_slots: [],
  guest_slots: [],
  tablespaces: [],
  connections: { max_connections: 200, superuser_reserved_connections: 3, reserved_connections: 0, databases: 1 },
  unknown: [],
});

/** Two steps, from what the database is to `to`. */
export const samplePlan = (database: Database, to: Topology, change: Partial<Plan> = {}): Plan => ({
  type: 'expand',
  from: database.topology,
  to,
  steps: [
    { name: 'create private networks', phase: 'create', run: { action: 'ensureNetwork', input: {} }, undo: [] },
    { name: 'record topology', phase: 'finish', run: { action: 'recordTopology', input: { topology: to } }, undo: [] },
  ],
  order: [{ step: 0 }, { step: 1 }],
  on_close: [],
  expected_stall_ms: 0,
  point_of_no_return: null,
  warnings: [],
  nodes_added: to.nodes
    .map(({ name }) => name)
    .filter((name) => !database.topology.nodes.some((each) => each.name === name)),
  nodes_removed: [],
  cost_before: costOf(database.topology),
  cost_after: costOf(to),
  estimated_duration_minutes: 1,
  snapshot: null,
  ...change,
});

/** Of a database that was registered. */
export const samplePasswords = Object.fromEntries(secretNames.map((name) => [name, `password of ${name}`]));

/** Names of images that the fake engine has. */
export const fakeImages = {
  postgres: 'postgres:1',
  postgres_15: 'postgres:15',
  postgres_18: 'postgres:18',
  pgbouncer: 'pgbouncer:1',
  haproxy: 'haproxy:1',
  etcd: 'etcd:1',
};
