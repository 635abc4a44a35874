import type { Ladder, Node, Operation, Status } from '../../data/types.ts';
import { layerOf } from './picture.ts';

/** For tests: a node of which nothing is known but what a test cares about. */
export const exampleNode = (name: string, more: Partial<Node> = {}): Node => {
  const kind = name.split('-')[0] as Node['kind'];
  return {
    name,
    kind,
    layer: layerOf[kind],
    role: null,
    state: 'running',
    detail: null,
    container: `pgrow-x-${name}`,
    lag_bytes: null,
    position: null,
    kept: null,
    leads: null,
    synchronous: null,
    timeline: null,
    lag_seconds: null,
    since: null,
    answered_at: null,
    version: null,
    volume_bytes: null,
    image: null,
    servers: null,
    pool: null,
    ...more,
  };
};

export const leader = (name: string, more: Partial<Node> = {}): Node =>
  exampleNode(name, { role: 'primary', leads: true, timeline: 7, ...more });
export const replica = (name: string, more: Partial<Node> = {}): Node =>
  exampleNode(name, { role: 'replica', state: 'streaming', leads: false, lag_bytes: 0, ...more });

/** For tests: a single server, but for what a test cares about. */
export const exampleStatus = (more: Partial<Status> = {}): Status => {
  const stage = more.stage ?? 0;
  const pooling = { enabled: stage === 1, type: 'pgbouncer', endpoint: null, options: null } as const;
  return {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'shop',
    project: 'default',
    postgres_major: 17,
    tls: 'off',
    size: { memory_bytes: 1024 ** 3, cpus: 2, storage_bytes: null },
    storage: { limit_bytes: null, used_bytes: null },
    settings: { chosen: {}, by_alter_system: {} },
    health: 'healthy',
    seen_at: '2026-01-01T10:00:00.000Z',
    age_ms: 0,
    stage,
    pooling,
    routing: {
      enabled: stage >= 2,
      type: 'haproxy',
      replicas: 0,
      rw_endpoint: null,
      ro_endpoint: null,
      any_node_endpoint: null,
      stats_endpoint: null,
    },
    replicas: { count: 0, lag_bytes: [], options: null },
    ha: {
      enabled: stage === 3,
      etcd_nodes: 0,
      patroni_nodes: 0,
      current_leader: null,
      patroni_version: null,
      etcd_version: null,
      options: null,
    },
    operation: null,
    unfinished_operation: null,
    checkpoint: null,
    held: null,
    restored_from: null,
    protected: false,
    notices: [],
    nodes: [exampleNode('front'), leader('postgres-1')],
    ...more,
  };
};

/** For tests: of stage 3, led by `postgres-4`. */
export const exampleHa = (more: Partial<Status> = {}): Status =>
  exampleStatus({
    tls: 'off',
    stage: 3,
    nodes: [
      exampleNode('front'),
      replica('postgres-5', { synchronous: true }),
      leader('postgres-4'),
      replica('postgres-6', { lag_bytes: 24_576 }),
      exampleNode('haproxy-1', { servers: { read_write: { up: 1, total: 1 }, read_only: { up: 2, total: 2 } } }),
      exampleNode('etcd-1', { leads: false }),
      exampleNode('etcd-2', { leads: true }),
      exampleNode('etcd-3', { leads: false }),
    ],
    ha: {
      enabled: true,
      etcd_nodes: 3,
      patroni_nodes: 3,
      current_leader: 'postgres-4',
      patroni_version: null,
      etcd_version: null,
      options: null,
    },
    ...more,
  });

const cost = (monthly_usd: number) => ({ monthly_usd, items: [] });
const outlook = (before: number, after: number) => ({
  plan: {
    digest: 'd',
    steps: 9,
    nodes_added: [],
    nodes_removed: [],
    cost_before: cost(before),
    cost_after: cost(after),
    estimated_duration_minutes: 1,
    expected_stall_ms: 0,
    point_of_no_return: null,
    warnings: [],
    losses: [],
    endpoints: [],
  },
  refused: null,
});

/** For tests: what a single server for 15 dollars can become. */
export const exampleLadder: Ladder = {
  stage: 0,
  monthly_usd: 15,
  rungs: [
    { stage: 0, name: 'single', direction: 'present', request: null, plan: null, refused: null },
    { stage: 1, name: 'pooling', direction: 'up', request: { path: 'pooling', body: {} }, ...outlook(15, 18) },
    { stage: 2, name: 'replicas', direction: 'up', request: { path: 'replicas', body: {} }, ...outlook(15, 35) },
    {
      stage: 3,
      name: 'ha',
      direction: 'up',
      request: { path: 'ha', body: {} },
      plan: null,
      refused: { code: 'operation_running', message: 'an operation runs' },
    },
  ],
  pooling: null,
};

/** For tests: the nodes that an operation makes and removes. */
export const exampleOperation = (nodes: Pick<Operation, 'nodes_added' | 'nodes_removed'>): Operation =>
  ({ ...nodes, id: 'o1', type: 'expand', cost_after: cost(77) }) as unknown as Operation;
