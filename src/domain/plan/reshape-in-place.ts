import type { Facts } from '../facts.ts';
import { raised, shrinksTo, withShape, type ServerShape } from '../server-shape.ts';
import type { ActivityCall } from '../step-actions.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { replicaLagLimitBytes } from './grow-replicas.ts';
import { movePrimary } from './move-primary.ts';
import { nodeConfigOf } from './node-configs.ts';
import { handOverAttempts, step, type PlanItem } from './plan-builder.ts';
import {
  agree,
  agreeAgain,
  keptOf,
  needsRestart,
  onlyConfirming,
  reshapeLive,
  reshapeReplica,
  withNode,
  withServers,
  type Reshaping,
} from './reshape.ts';

export interface InPlace extends Reshaping {
  readonly facts: Facts | null;
  readonly topology: Topology;
  /** Name of the replica that takes over; null: the primary stays. */
  readonly target: string | null;
  readonly shapeFor: (node: Node) => ServerShape;
  /** Whether replicas are changed before the hand-over, or as far as possible after it. */
  readonly order: 'replicas_first' | 'hand_over_first';
  /** Whether the old primary keeps its shape until the rollback window closes. */
  readonly keepsOld: boolean;
}

export interface Reshaped {
  readonly topology: Topology;
  readonly outline: readonly PlanItem[];
  readonly on_close: readonly ActivityCall[];
  /** Whether clients wait once more, for a restart. */
  readonly restartsHeld: boolean;
}

/** Servers get another shape on the volumes they have: replicas one at a time, then writes move, then what was the primary. */
export const reshapeInPlace = (input: InPlace): Reshaped => {
  const { topology: before, target, shapeFor, order, database } = input;
  const kept = keptOf(database);
  const primary = nodeNamed(before, before.primary);
  const leader = target === null ? primary : nodeNamed(before, target);
  const final = withShape(leader, shapeFor(leader));
  // What takes writes next has to be followed by the others, and follows until then.
  const interim = (node: Node): ServerShape =>
    order === 'replicas_first' ? raised(shapeFor(node), kept, [primary, final]) : raised(node, kept, [primary, leader]);
  const agreed = agree(input, before, primary, interim(leader));
  const first = changeReplicas(input, before, interim);
  const moved = target === null ? stayed(input, first.topology, final) : handedOver(input, first.topology, final);
  const rest = (node: Node): ServerShape =>
    node.name === primary.name && input.keepsOld ? node : raised(shapeFor(node), kept, [final]);
  const last = changeReplicas(input, moved.topology, rest);
  return {
    topology: last.topology,
    outline: [...agreed, ...first.outline, ...moved.outline, ...last.outline],
    on_close: target !== null && input.keepsOld ? changeOld(last.topology, primary.name, shapeFor(primary)) : [],
    restartsHeld: moved.restartsHeld,
  };
};

type Placed = Pick<Reshaped, 'topology' | 'outline' | 'restartsHeld'>;

/** The same server takes writes as before. */
const stayed = (input: InPlace, from: Topology, final: Node): Placed => {
  const primary = nodeNamed(from, from.primary);
  const restartsHeld = needsRestart(input, primary, final);
  const routers = nodesOf(from, 'haproxy');
  const undo = [...agreeAgain(input, from, primary, final), heldRestart(from, primary, routers)];
  const agreed = agree(input, from, raised(primary, keptOf(input.database), [final]), final);
  return {
    topology: withNode(from, final),
    outline: restartsHeld
      ? [restartHeld(from, final, routers, { first: agreed, undo })]
      : [...agreed, ...reshapeLive(from, primary, final)],
    restartsHeld,
  };
};

const handedOver = (input: InPlace, from: Topology, shape: Node): Placed => {
  const { database, facts } = input;
  const kept = keptOf(database);
  const primary = nodeNamed(from, from.primary);
  const reached = nodeNamed(from, shape.name);
  // Its container is the one that it has: what it is to become it becomes afterwards.
  const follows = raised(primary, kept, [reached]);
  const restartsHeld = shrinksTo(reached, shape, kept);
  const moved = movePrimary({
    database,
    facts,
    phase: 'hand-over',
    from: withNode(from, withShape(primary, follows)),
    target: shape.name,
    afterwards: (leader, routers) => {
      const agreed = agree(input, { ...from, primary: leader.name }, reached, shape);
      return restartsHeld ? [restartHeld(from, withShape(leader, shape), routers, { first: agreed })] : agreed;
    },
  });
  const made = withShape(nodeNamed(moved.topology, shape.name), shape);
  return { topology: withNode(moved.topology, made), outline: moved.outline, restartsHeld };
};

/** One at a time, so that the others serve readers and confirm commits meanwhile. */
const changeReplicas = (input: InPlace, from: Topology, shape: (node: Node) => ServerShape) => {
  const replicas = nodesOf(from, 'postgres').filter(({ name }) => name !== from.primary);
  return {
    outline: replicas.flatMap((node) => reshapeReplica(input, from, node, shape(node))),
    topology: withServers(from, (node) => (node.name === from.primary ? node : withShape(node, shape(node)))),
  };
};

/** Milliseconds that a client behind PgBouncer waits for such a restart. */
export const restartStallMs = 800;

/** Of what a standby needs as much of as its primary, a server can have less only once it is started as a primary. */
export const restartHeld = (
  topology: Topology,
  node: Node,
  routers: readonly Node[],
  { first = [], undo = [] }: { readonly first?: readonly PlanItem[]; readonly undo?: readonly ActivityCall[] } = {},
): PlanItem =>
  // One that was called off is begun once more, with what goes before it: that has been undone as well.
  handOverAttempts([
    ...first,
    step('hand-over', `restart ${node.name} while its clients wait`, heldRestart(topology, node, routers), undo),
  ]);

const heldRestart = (topology: Topology, node: Node, routers: readonly Node[]) =>
  ({
    action: 'restartHeld',
    input: {
      node,
      config: nodeConfigOf({ ...topology, primary: node.name }, node),
      members: topology.ha ? nodesOf(topology, 'postgres') : [],
      poolers: nodesOf(topology, 'pgbouncer'),
      routers,
    },
  }) as const;

/** When the window closes: what was the primary becomes as the others are. */
const changeOld = (topology: Topology, name: string, shape: ServerShape): readonly ActivityCall[] => {
  const node = withShape(nodeNamed(topology, name), shape);
  const config = nodeConfigOf(topology, node);
  const [commitAlone, confirm] = onlyConfirmation(topology);
  const primary = nodeNamed(topology, topology.primary);
  return [
    ...commitAlone,
    { action: 'remakeNode', input: { node, config, unless_primary: true } },
    ...(confirm.length === 0
      ? []
      : ([
          {
            action: 'waitUntilStreaming',
            input: { node, from: primary, lag_limit_bytes: replicaLagLimitBytes },
          },
        ] as const)),
    ...confirm,
    { action: 'recordNode', input: { node } },
  ];
};

/** The one replica that confirms commits would hold them while it starts: what lets them go by, and what lets them wait again. */
const onlyConfirmation = (topology: Topology): readonly [readonly ActivityCall[], readonly ActivityCall[]] => {
  const only = onlyConfirming(topology);
  if (!only) return [[], []];
  const node = nodeNamed(topology, topology.primary);
  const configure = (synchronous_standbys: readonly string[]) =>
    [
      { action: 'configureNode', input: { node, config: { kind: 'postgres', mode: 'primary', synchronous_standbys } } },
    ] as const;
  return [configure([]), configure([only.name])];
};
