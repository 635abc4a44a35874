import type { ChangeFacts } from '../change.ts';
import type { UnpricedPlan } from '../plan.ts';
import { shapeOf, shrinksTo, withShape, type ServerShape } from '../server-shape.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { movePrimary } from './move-primary.ts';
import { step, type PlanItem } from './plan-builder.ts';
import { stretch } from './plan-part.ts';
import { repool } from './reroute.ts';
import { reshapeInPlace, restartHeld, restartStallMs, type Reshaped } from './reshape-in-place.ts';
import { keptOf, withNode, type Reshaping } from './reshape.ts';
import type { RollbackPlanInput } from './rollback-input.ts';
import { handOverStallMs, resetText } from './switchover.ts';

/** The servers as they were: writes go back to the one that took them, and the others become as it is. */
export const planRollbackOfChange = (input: RollbackPlanInput, before: Topology): UnpricedPlan => {
  const { database, leader, facts = null, done } = input;
  const from: Topology = { ...database.topology, primary: leader };
  const reshaping: Reshaping = { database, known: knownOf(done.changes ?? []) };
  const shapeFor = ({ name }: Node): ServerShape =>
    shapeOf(nodesOf(before, 'postgres').find((node) => node.name === name) ?? nodeNamed(before, before.primary));
  // A server is given fewer connections when its poolers open fewer.
  const lowers = opens(before) < opens(from);
  const start: Topology = lowers ? { ...from, pooling: before.pooling } : from;
  const old = from.kept.find(({ name }) => name === before.primary);
  const back = old
    ? backToKept(reshaping, start, old, shapeFor(old), facts)
    : backInPlace(reshaping, start, before.primary, shapeFor, facts);
  const to: Topology = { ...back.topology, pooling: before.pooling, kept: [] };
  const moves = to.primary !== leader;
  const poolers = (at: Topology) => poolersAsBefore(at, from, to);
  const outline = [
    ...(lowers ? poolers(from) : []),
    ...back.outline,
    ...(lowers ? [] : poolers(to)),
    ...withoutExtensions(to, done.changes ?? []),
    step('finish', 'check that every server has what it was given', {
      action: 'verifySettings',
      input: { nodes: nodesOf(to, 'postgres') },
    }),
  ];
  return assemble({
    type: 'rollback',
    from: database.topology,
    to,
    parts: [
      {
        ...stretch(to, outline, moves ? [resetText(from)] : []),
        expected_stall_ms: back.restartsHeld ? restartStallMs : moves ? handOverStallMs : 0,
      },
    ],
    closesWindowOf: null,
  });
};

/** Those that the change has created, unless something depends on them by now. */
const withoutExtensions = (to: Topology, changes: NonNullable<UnpricedPlan['changes']>): readonly PlanItem[] =>
  changes.flatMap(({ subject, name, from }) =>
    subject === 'extension' && name !== null && from === null
      ? [
          step(
            'servers',
            `remove the extension ${name}`,
            {
              action: 'removeExtension',
              input: { node: nodeNamed(to, to.primary), extension: name, unless_needed: true },
            },
            [{ action: 'ensureExtension', input: { node: nodeNamed(to, to.primary), extension: name } }],
          ),
        ]
      : [],
  );

/** As the change had it: what needed a hand-over then needs one now. */
const knownOf = (changes: NonNullable<UnpricedPlan['changes']>): ChangeFacts['settings'] =>
  Object.fromEntries(
    changes.flatMap(({ subject, name, to, takes_effect }) =>
      subject === 'setting' && name !== null
        ? [[name, { context: takes_effect === 'hand_over' ? 'postmaster' : 'sighup', value: to ?? '' } as const]]
        : [],
    ),
  );

/** The old server has followed all the time. The new one goes. */
const backToKept = (
  reshaping: Reshaping,
  current: Topology,
  old: Node,
  shape: ServerShape,
  facts: (RollbackPlanInput['facts'] & object) | null,
): Reshaped => {
  const { database } = reshaping;
  const kept = keptOf(database);
  const present = nodeNamed(current, current.primary);
  const final = withShape(old, shape);
  const shrinks = shrinksTo(old, final, kept);
  const routed: Topology = { ...current, kept: [] };
  const moved = movePrimary({
    database,
    facts,
    phase: 'hand-over',
    from: { ...routed, nodes: [...routed.nodes, old] },
    target: old.name,
    old: 'removed',
    routed,
    afterwards: (primary, routers) => (shrinks ? [restartHeld(routed, withShape(primary, shape), routers)] : []),
  });
  return {
    topology: withNode(moved.topology, withShape(nodeNamed(moved.topology, old.name), shape)),
    outline: [
      ...moved.outline,
      step('remove', `remove ${present.name}`, { action: 'removeNode', input: { node: present } }),
    ],
    on_close: [],
    restartsHeld: shrinks,
  };
};

const backInPlace = (
  reshaping: Reshaping,
  current: Topology,
  before: string,
  shapeFor: (node: Node) => ServerShape,
  facts: (RollbackPlanInput['facts'] & object) | null,
): Reshaped => {
  // It has its shape: what is wrong with the new ones is left at once.
  const moves = before !== current.primary && nodesOf(current, 'postgres').some(({ name }) => name === before);
  return reshapeInPlace({
    ...reshaping,
    facts,
    topology: { ...current, kept: [] },
    target: moves ? before : null,
    shapeFor,
    order: moves ? 'hand_over_first' : 'replicas_first',
    keepsOld: false,
  });
};

const opens = ({ pooling }: Topology): number => pooling?.server_connections ?? 0;

/** `at`: where they lead at that moment. */
const poolersAsBefore = (at: Topology, from: Topology, to: Topology): readonly PlanItem[] => {
  const { pooling } = to;
  if (!pooling || !from.pooling || opens(to) === opens(from)) return [];
  return repool(at, { before: from.pooling, after: pooling }, ({ name }) => `give ${name} the options of before`);
};
