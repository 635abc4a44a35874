import { slotName } from '../naming.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import type { PlanPart } from './plan-part.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { reroute } from './reroute.ts';

/** No replicas and no HAProxy any more: everything leads straight to the primary, which is not touched. */
export const shrinkReplicas = ({ topology }: { readonly topology: Topology }): PlanPart => {
  const primary = nodeNamed(topology, topology.primary);
  const replicas = nodesOf(topology, 'postgres').filter((node) => node.name !== primary.name);
  const routers = nodesOf(topology, 'haproxy');
  const to: Topology = {
    ...topology,
    stage: topology.pooling ? 1 : 0,
    nodes: topology.nodes.filter((node) => !replicas.includes(node) && !routers.includes(node)),
    replicas: null,
  };
  return {
    topology: to,
    outline: [
      ...(topology.replicas?.replication_mode === 'sync' ? [commitAlone(primary, replicas)] : []),
      ...reroute('routing', topology, to),
      // Replicas may be all there is: none goes before the primary has taken a write through the ways that stay.
      ...(replicas.length > 0
        ? [step('routing', 'write and read through what stays', { action: 'verifyRoutes', input: { topology: to } })]
        : []),
      ...removeReplicas(primary, replicas),
      ...removeRouters(routers),
    ],
    on_close: [],
    expected_stall_ms: 0,
    estimated_duration_minutes: 1,
    warnings: ['Removing replicas will reduce read capacity and eliminate the disaster recovery standby.'],
    snapshot: null,
  };
};

export const commitAlone = (primary: Node, replicas: readonly Node[]): PlanItem => {
  const configure = (synchronous_standbys: readonly string[]) =>
    ({
      action: 'configureNode',
      input: { node: primary, config: { kind: 'postgres', mode: 'primary', synchronous_standbys } },
    }) as const;
  return step('replicas', 'commit without waiting for a replica', configure([]), [
    configure(replicas.map((node) => node.name)),
  ]);
};

/** Replicas with their volumes, and the slots that kept WAL for them. Nothing of it can be undone. */
export const removeReplicas = (primary: Node, replicas: readonly Node[]): readonly PlanItem[] =>
  replicas.length === 0
    ? []
    : [
        inParallel(
          ...replicas.map((node) => [
            step('replicas', `remove ${node.name}`, { action: 'removeNode', input: { node } }, [], {
              point_of_no_return: true,
            }),
            step('replicas', `drop the replication slot of ${node.name}`, {
              action: 'removeReplicationSlot',
              input: { on: primary, slot: node.source?.slot ?? slotName(node.name) },
            }),
          ]),
        ),
      ];

/** Patroni keeps its members' slots on its replicas as well: every server that was in its cluster has some. */
export const pruneSlots = (phase: string, on: Node, usedBy: readonly Node[]): PlanItem =>
  step(phase, `drop unused slots on ${on.name}`, {
    action: 'pruneReplicationSlots',
    input: { on, keep: usedBy.map((node) => slotName(node.name)) },
  });

/** Patroni had one on every member; on a replica it is unused, and would keep WAL forever. */
export const dropCopies = (replica: Node, guests: readonly string[]): readonly PlanItem[] =>
  guests.map((slot) =>
    step('finish', `drop the copy of slot ${slot} on ${replica.name}`, {
      action: 'removeReplicationSlot',
      input: { on: replica, slot },
    }),
  );

export const removeRouters = (routers: readonly Node[]): readonly PlanItem[] =>
  routers.length === 0
    ? []
    : [
        inParallel(
          ...routers.map((node) => [
            step('routing', `remove ${node.name}`, { action: 'removeNode', input: { node } }, [], {
              point_of_no_return: true,
            }),
          ]),
        ),
      ];
