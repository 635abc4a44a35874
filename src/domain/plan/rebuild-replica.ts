import type { NodeFault } from '../faults.ts';
import { memberConfigOf } from '../member-config.ts';
import { slotName } from '../naming.ts';
import { nodeNamed, type Node, type Topology } from '../topology.ts';
import { cloneAttempts, replicaLagLimitBytes } from './grow-replicas.ts';
import { retriedFromScratch, step, type PlanItem } from './plan-builder.ts';

interface Rebuilt {
  readonly topology: Topology;
  readonly node: Node;
  /** Who takes writes. */
  readonly leader: string;
  /** What is known to be gone of it already. Null: it is all there. */
  readonly fault: NodeFault | null;
}

/** One replica from an empty volume; each attempt begins with another. */
export const rebuildReplica = ({ topology, node, leader, fault }: Rebuilt): PlanItem => {
  const from = nodeNamed(topology, leader);
  const slot = node.source?.slot ?? slotName(node.name);
  const config = topology.ha
    ? memberConfigOf(topology)
    : ({ kind: 'postgres', mode: 'replica', follow: [leader], slot } as const);
  const nothingLeft = fault?.state === 'missing' && fault.has_data !== true;
  return retriedFromScratch(cloneAttempts, [
    step(
      'replicas',
      `remove ${node.name}`,
      { action: 'removeNode', input: { node } },
      [],
      nothingLeft ? {} : { point_of_no_return: true },
    ),
    ...(topology.ha
      ? []
      : [
          step('replicas', `create replication slot for ${node.name}`, {
            action: 'ensureReplicationSlot',
            input: { on: from, slot },
          }),
        ]),
    step(
      'replicas',
      `clone ${node.name} from ${leader}`,
      { action: 'ensureNode', input: { node, config } },
      nothingLeft ? [{ action: 'removeNode', input: { node } }] : [],
    ),
    step('replicas', `wait until ${node.name} streams`, {
      action: 'waitUntilStreaming',
      input: { node, from, lag_limit_bytes: replicaLagLimitBytes },
    }),
  ]);
};
