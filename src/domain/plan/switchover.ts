import { configuredRouters } from '../routes.ts';
import type { CutOver } from '../step-actions.ts';
import type { Facts } from '../facts.ts';
import { slotName } from '../naming.ts';
import type { ReplicaConfig } from '../node-config.ts';
import { newNode } from '../nodes.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { chooseCandidate, type Choice } from './choose-candidate.ts';
import { stretch, type PlanPart } from './plan-part.ts';
import { requireConfirmation } from './grow-replicas.ts';
import { guestsOf, handOver, keepGuests } from './hand-over.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { readmit, reroute, startRouters } from './reroute.ts';
import { removeRouters } from './shrink-replicas.ts';

export interface SwitchoverPlanInput extends Choice {
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
  readonly closesWindowOf: string | null;
}

/** Milliseconds that a client behind PgBouncer waits. */
const expectedStallMs = 250;

/** Writes go to another node; the one that took them becomes its replica. */
export const planSwitchover = (input: SwitchoverPlanInput): UnpricedPlan => {
  const { database, leader, closesWindowOf } = input;
  const from: Topology = { ...database.topology, kept: [], primary: leader };
  const target = chooseCandidate(input);
  const part = target === leader ? null : from.ha ? amongMembers(input, from, target) : amongPlain(input, from, target);
  return assemble({
    type: 'switchover',
    from,
    to: part?.topology ?? from,
    parts: part ? [part] : [],
    closesWindowOf,
    reversible: false,
  });
};

const amongMembers = ({ on_obstacle, facts }: SwitchoverPlanInput, from: Topology, target: string): PlanPart => {
  const members = nodesOf(from, 'postgres');
  const old = nodeNamed(from, from.primary);
  const leader = nodeNamed(from, target);
  const routers = nodesOf(from, 'haproxy');
  const to: Topology = { ...from, primary: target };
  const input: CutOver = {
    from: old,
    to: leader,
    promotion: 'member',
    members,
    poolers: nodesOf(from, 'pgbouncer'),
    routers,
    on_obstacle,
  };
  const bystanders = members.filter((node) => node !== old && node !== leader);
  return held(from, to, [
    ...keepGuests('switchover', input, guestsOf(facts)),
    handOver('switchover', input),
    step('switchover', `let ${old.name} follow ${leader.name}`, {
      action: 'rejoinCluster',
      input: { old, leader, members },
    }),
    ...readmit(routers, old),
    ...seen(to, routers, bystanders),
    step('finish', 'wait until the cluster is healthy', {
      action: 'waitUntilClusterHealthy',
      input: { nodes: members, standbys: members.length - 1, ha: from.ha!, aside: bystanders },
    }),
  ]);
};

/** Plain PostgreSQL: the others follow the new primary through slots that were made on it beforehand. */
const amongPlain = (
  { database, on_obstacle, facts }: SwitchoverPlanInput,
  from: Topology,
  target: string,
): PlanPart => {
  const old = nodeNamed(from, from.primary);
  const successor = nodeNamed(from, target);
  const replicas = nodesOf(from, 'postgres').filter((node) => node.name !== target);
  const others = replicas.filter((node) => node !== old);
  const to = withPrimary(from, target);
  const newPrimary = nodeNamed(to, target);
  const routers = nodesOf(from, 'haproxy');
  // Without routers of its own the database gets one for as long as writes move.
  const guests = routers.length > 0 ? [] : [newNode(database, 'haproxy', 1)];
  const bridge: Topology = { ...from, nodes: [...from.nodes, ...guests] };
  const via = [...routers, ...guests];
  const slots = guestsOf(facts);
  const input: CutOver = {
    from: old,
    to: successor,
    promotion: 'standby',
    members: [],
    poolers: nodesOf(from, 'pgbouncer'),
    routers: via,
    on_obstacle,
  };
  return held(from, to, [
    ...(guests.length > 0
      ? [startRouters('routing', guests, from), ...seen(bridge, guests), ...reroute('routing', from, bridge)]
      : []),
    ...replicas.map((node) => keepSlot(successor, node)),
    ...keepGuests('switchover', input, slots),
    handOver('switchover', input, others),
    inParallel(
      [
        step('switchover', `let ${old.name} follow ${target}`, {
          action: 'followNewPrimary',
          input: {
            old: { node: nodeNamed(to, old.name), config: following(target, old) },
            members: [newPrimary],
            obsolete_slots: [...[successor, ...others].map((node) => slotName(node.name)), ...slots],
          },
        }),
      ],
      ...others.map((node) => [
        step('switchover', `let ${node.name} follow ${target}`, {
          action: 'configureNode',
          input: { node: nodeNamed(to, node.name), config: following(target, node), can_do_without: true },
        }),
      ]),
    ),
    ...(from.replicas?.replication_mode === 'sync'
      ? [
          requireConfirmation(
            newPrimary,
            replicas.map((node) => node.name),
          ),
        ]
      : []),
    ...readmit(routers, old),
    ...seen(to, routers, others),
    ...(guests.length > 0 ? [...reroute('routing', bridge, to), ...removeRouters(guests)] : []),
    step('finish', 'wait until the primary is replicated', {
      action: 'waitUntilReplicated',
      input: { primary: newPrimary, replicas, aside: others },
    }),
  ]);
};

export const withPrimary = (from: Topology, target: string): Topology => ({
  ...from,
  primary: target,
  nodes: from.nodes.map((node): Node => {
    if (node.kind !== 'postgres') return node;
    const { source: _, ...rest } = node;
    return node.name === target
      ? { ...rest, mode: 'primary' }
      : { ...rest, mode: 'replica', source: { node: target, slot: slotName(node.name) } };
  }),
});

export const following = (primary: string, node: Node): ReplicaConfig => ({
  kind: 'postgres',
  mode: 'replica',
  follow: [primary],
  slot: slotName(node.name),
});

export const keepSlot = (on: Node, node: Node): PlanItem => {
  const input = { on, slot: slotName(node.name) };
  const name = `create replication slot for ${node.name}`;
  return step(
    'switchover',
    name,
    { action: 'ensureReplicationSlot', input },
    [{ action: 'removeReplicationSlot', input }],
    {
      spares_window: true,
    },
  );
};

/** `aside`: of the replicas, those that may be left aside when they hang. */
export const seen = (topology: Topology, routers: readonly Node[], aside: readonly Node[] = []): readonly PlanItem[] =>
  routers.length === 0
    ? []
    : [
        step('routing', 'wait until HAProxy sees primary and replicas', {
          action: 'waitUntilRouting',
          input: {
            routers: configuredRouters(routers, topology),
            primary: topology.primary,
            replicas: nodesOf(topology, 'postgres')
              .map((node) => node.name)
              .filter((name) => name !== topology.primary),
            aside,
          },
        }),
      ];

const held = (from: Topology, to: Topology, outline: readonly PlanItem[]): PlanPart => ({
  ...stretch(to, outline, [
    from.pooling
      ? 'Sessions that do not go through PgBouncer are reset once; their next connect succeeds.'
      : 'Pooling is off: sessions are reset once; the next connect succeeds.',
  ]),
  expected_stall_ms: expectedStallMs,
});
