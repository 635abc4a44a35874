import { configuredRouters } from '../routes.ts';
import type { Database } from '../database.ts';
import { slotName } from '../naming.ts';
import { newNode, nextOrdinals } from '../nodes.ts';
import type { ReplicaOptions } from '../options.ts';
import { nodeNamed, type Node, type Topology } from '../topology.ts';
import { snapshotOf, takeSnapshot, type PlanPart } from './plan-part.ts';
import { retriedFromScratch, inParallel, step, type PlanItem } from './plan-builder.ts';
import { reroute, startRouters } from './reroute.ts';

/** A replica counts as caught up when it is less than this many bytes behind. */
export const replicaLagLimitBytes = 1_048_576;

/** Attempts at cloning a node, each with a fresh volume and slot. */
export const cloneAttempts = 3;

/** Streaming replicas behind HAProxy. The primary is neither restarted nor interrupted. */
export const growReplicas = ({ database, operation_id, topology, replicas }: Input): PlanPart => {
  const primary = nodeNamed(topology, topology.primary);
  const added = nextOrdinals(topology, 'postgres', replicas.count).map((ordinal): Node => {
    const node = newNode(database, 'postgres', ordinal, 'replica');
    return { ...node, source: { node: primary.name, slot: slotName(node.name) } };
  });
  const routers = replicas.enable_haproxy ? [newNode(database, 'haproxy', 1)] : [];
  const to: Topology = {
    ...topology,
    stage: 2,
    nodes: [...topology.nodes, ...added, ...routers],
    replicas,
  };
  const snapshot = snapshotOf(database, operation_id);
  const names = added.map((node) => node.name);
  return {
    topology: to,
    outline: [
      inParallel(
        [takeSnapshot('snapshot', primary, snapshot)],
        ...added.map((node) => [addReplica('replicas', node, primary)]),
        [startRouters('routing', routers, to)],
      ),
      ...(replicas.replication_mode === 'sync' ? [requireConfirmation(primary, names)] : []),
      ...(routers.length > 0
        ? [
            step('routing', 'wait until HAProxy sees primary and replicas', {
              action: 'waitUntilRouting',
              input: { routers: configuredRouters(routers, to), primary: primary.name, replicas: names },
            }),
          ]
        : []),
      ...reroute('routing', topology, to),
    ],
    on_close: [],
    expected_stall_ms: 0,
    estimated_duration_minutes: 1,
    warnings: ['Stage 2 has no consensus store, hence no automatic failover.'],
    snapshot,
  };
};

export const addReplica = (phase: string, node: Node, primary: Node): PlanItem => {
  const slot = slotName(node.name);
  return retriedFromScratch(cloneAttempts, [
    step(
      phase,
      `create replication slot for ${node.name}`,
      { action: 'ensureReplicationSlot', input: { on: primary, slot } },
      [{ action: 'removeReplicationSlot', input: { on: primary, slot } }],
    ),
    step(
      phase,
      `clone ${node.name} from ${primary.name}`,
      {
        action: 'ensureNode',
        input: { node, config: { kind: 'postgres', mode: 'replica', follow: [primary.name], slot } },
      },
      [{ action: 'removeNode', input: { node } }],
    ),
    step(phase, `wait until ${node.name} streams`, {
      action: 'waitUntilStreaming',
      input: { node, from: primary, lag_limit_bytes: replicaLagLimitBytes },
    }),
  ]);
};

/** `before`: who had to confirm until now. */
export const requireConfirmation = (
  primary: Node,
  replicas: readonly string[],
  before: readonly string[] = [],
): PlanItem => {
  const configure = (synchronous_standbys: readonly string[]) =>
    ({
      action: 'configureNode',
      input: { node: primary, config: { kind: 'postgres', mode: 'primary', synchronous_standbys } },
    }) as const;
  return step('replicas', 'commit only when a replica confirms', configure(replicas), [configure(before)]);
};

interface Input {
  readonly database: Database;
  readonly operation_id: string;
  readonly topology: Topology;
  readonly replicas: ReplicaOptions;
}
