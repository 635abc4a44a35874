import type { Database } from '../database.ts';
import type { Facts } from '../facts.ts';
import type { OnObstacle } from '../inputs.ts';
import { slotName } from '../naming.ts';
import type { ReplicaConfig } from '../node-config.ts';
import { newNode } from '../nodes.ts';
import { configuredRouters } from '../routes.ts';
import type { CutOver } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { requireConfirmation } from './grow-replicas.ts';
import { guestsOf, handOver, keepGuests } from './hand-over.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { readmit, reroute, startRouters } from './reroute.ts';
import { removeRouters } from './shrink-replicas.ts';

export interface Move {
  readonly database: Database;
  /** What the server holds; null if it could not be asked. */
  readonly facts: Facts | null;
  readonly phase: string;
  readonly from: Topology;
  /** Name of the replica that takes over. */
  readonly target: string;
  readonly on_obstacle?: OnObstacle;
  /**
   * Plain PostgreSQL: what becomes of the old primary. `kept`: it follows, but no address leads to it. `removed`: it does not
   * follow, and can go. By default it is a replica like the others.
   */
  readonly old?: 'replica' | 'kept' | 'removed';
  /** As addresses lead before, for an undo; `from` where it is absent. */
  readonly routed?: Topology;
  /** Once the old primary follows, and while routers can hold clients still. */
  readonly afterwards?: (primary: Node, routers: readonly Node[]) => readonly PlanItem[];
}

export interface Moved {
  readonly topology: Topology;
  readonly outline: readonly PlanItem[];
}

/** Writes go to another node; the one that took them becomes its replica. */
export const movePrimary = (move: Move): Moved => (move.from.ha ? amongMembers(move) : amongPlain(move));

const amongMembers = ({ phase, facts, from, target, on_obstacle, afterwards }: Move): Moved => {
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
    ...(on_obstacle && { on_obstacle }),
  };
  const bystanders = members.filter((node) => node !== old && node !== leader);
  return {
    topology: to,
    outline: [
      ...keepGuests(phase, input, guestsOf(facts)),
      handOver(phase, input),
      step(phase, `let ${old.name} follow ${leader.name}`, {
        action: 'rejoinCluster',
        input: { old, leader, members },
      }),
      ...(afterwards?.(leader, routers) ?? []),
      ...readmit(routers, old),
      ...seen(to, routers, bystanders),
      step('finish', 'wait until the cluster is healthy', {
        action: 'waitUntilClusterHealthy',
        input: { nodes: members, standbys: members.length - 1, ha: from.ha!, aside: bystanders },
      }),
    ],
  };
};

/** Plain PostgreSQL: the others follow the new primary through slots that were made on it beforehand. */
const amongPlain = (move: Move): Moved => {
  const { database, phase, facts, from, target, on_obstacle, routed = from, afterwards } = move;
  const { old: fate = 'replica' } = move;
  const old = nodeNamed(from, from.primary);
  const successor = nodeNamed(from, target);
  const others = nodesOf(from, 'postgres').filter((node) => node !== old && node.name !== target);
  const replicas = fate === 'removed' ? others : nodesOf(from, 'postgres').filter((node) => node.name !== target);
  const moved = withPrimary(from, target);
  const to = fate === 'replica' ? moved : withoutServer(moved, old.name, fate);
  const newPrimary = nodeNamed(moved, target);
  const routers = nodesOf(from, 'haproxy');
  // Without routers of its own the database gets one for as long as writes move.
  const guests = routers.length > 0 ? [] : [newNode(database, 'haproxy', 1)];
  const bridge: Topology = { ...from, nodes: [...from.nodes, ...guests] };
  const slots = guestsOf(facts);
  const input: CutOver = {
    from: old,
    to: successor,
    promotion: 'standby',
    members: [],
    poolers: nodesOf(from, 'pgbouncer'),
    routers: [...routers, ...guests],
    ...(on_obstacle && { on_obstacle }),
  };
  const outline = [
    ...(guests.length > 0
      ? [startRouters('routing', guests, from), ...seen(bridge, guests), ...reroute('routing', routed, bridge)]
      : []),
    ...replicas.map((node) => keepSlot(phase, successor, node)),
    ...keepGuests(phase, input, slots, { kept: fate === 'removed' }),
    handOver(phase, input, others),
    inParallel(
      ...(fate === 'removed'
        ? []
        : [
            [
              step(phase, `let ${old.name} follow ${target}`, {
                action: 'followNewPrimary',
                input: {
                  old: { node: nodeNamed(moved, old.name), config: following(target, old) },
                  members: [newPrimary],
                  obsolete_slots: [...[successor, ...others].map((node) => slotName(node.name)), ...slots],
                },
              }),
            ],
          ]),
      ...others.map((node) => [
        step(phase, `let ${node.name} follow ${target}`, {
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
    ...(afterwards?.(newPrimary, input.routers) ?? []),
    ...(fate === 'removed' ? [] : readmit(routers, old)),
    ...seen(to, routers, others),
    ...(guests.length > 0 ? [...reroute('routing', bridge, to), ...removeRouters(guests)] : []),
    step('finish', 'wait until the primary is replicated', {
      action: 'waitUntilReplicated',
      input: { primary: newPrimary, replicas, aside: others },
    }),
  ];
  return { topology: to, outline };
};

const withoutServer = (topology: Topology, name: string, fate: 'kept' | 'removed'): Topology => ({
  ...topology,
  nodes: topology.nodes.filter((node) => node.name !== name),
  kept: fate === 'kept' ? topology.nodes.filter((node) => node.name === name) : [],
});

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

export const keepSlot = (phase: string, on: Node, node: Node): PlanItem => {
  const input = { on, slot: slotName(node.name) };
  const name = `create replication slot for ${node.name}`;
  return step(phase, name, { action: 'ensureReplicationSlot', input }, [{ action: 'removeReplicationSlot', input }], {
    spares_window: true,
  });
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
