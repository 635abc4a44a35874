import { newNode, type NodesOwner } from '../nodes.ts';
import type { UnpricedPlan } from '../plan.ts';
import { frontConfig } from '../routes.ts';
import type { Node, Topology } from '../topology.ts';
import { flatten, inParallel, step, type PlanItem } from './plan-builder.ts';

/** Stage 0: one PostgreSQL behind the front that keeps its address for life. */
export const firstTopology = (database: NodesOwner): Topology => ({
  stage: 0,
  nodes: [newNode(database, 'front', 0), newNode(database, 'postgres', 1, 'primary')],
  kept: [],
  primary: 'postgres-1',
  pooling: null,
  replicas: null,
  ha: null,
  ...(database.topology?.tls ? { tls: database.topology.tls } : {}),
});

interface Beginning {
  /** What fills the first node's volume before it starts; a new database begins with an empty one. */
  readonly seed?: (node: Node) => readonly PlanItem[];
  /** Of the C library; of a volume that is filled its own. */
  readonly locale?: string;
}

export const planCreate = (database: NodesOwner, { seed = () => [], locale }: Beginning = {}): UnpricedPlan => {
  const topology = firstTopology(database);
  const [front, postgres] = topology.nodes as [Topology['nodes'][number], Topology['nodes'][number]];
  const outline = flatten([
    step('create', 'create private networks', { action: 'ensureNetwork', input: {} }, [
      { action: 'removeNetwork', input: {} },
    ]),
    inParallel(
      [
        ...seed(postgres),
        step(
          'create',
          `start ${postgres.name}`,
          {
            action: 'ensureNode',
            input: {
              node: postgres,
              config: { kind: 'postgres', mode: 'primary', synchronous_standbys: [], ...(locale ? { locale } : {}) },
            },
          },
          [{ action: 'removeNode', input: { node: postgres } }],
        ),
        step('create', 'create roles and application database', {
          action: 'ensureRoles',
          input: { node: postgres },
        }),
      ],
      [
        step(
          'create',
          `start ${front.name}`,
          { action: 'ensureNode', input: { node: front, config: frontConfig(topology) } },
          [{ action: 'removeNode', input: { node: front } }],
        ),
      ],
    ),
    step('finish', 'write and read through every endpoint', { action: 'verifyRoutes', input: { topology } }),
    step('finish', 'record topology', { action: 'recordTopology', input: { topology } }),
  ]);
  return {
    type: 'create',
    from: null,
    to: topology,
    ...outline,
    on_close: [],
    expected_stall_ms: 0,
    point_of_no_return: null,
    warnings: [],
    nodes_added: topology.nodes.map((node) => node.name),
    nodes_removed: [],
    estimated_duration_minutes: 1,
    snapshot: null,
  };
};
