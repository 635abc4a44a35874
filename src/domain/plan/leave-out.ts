import type { ActionCall } from '../step-actions.ts';
import { isMissing, missingNodes, repairCommand } from '../faults.ts';
import { slotName } from '../naming.ts';
import type { Block, Step, UnpricedPlan } from '../plan.ts';
import { nodesOf, type Node } from '../topology.ts';
import { madeNodes } from './needed-nodes.ts';
import type { Circumstances } from './circumstances.ts';

/**
 * A plan that continues without nodes that are missing, where the others do without them: a router of several, an etcd node
 * of a quorum, a replica that takes no part. What is rebuilt later is configured from the record of that time.
 */
export const leaveOutMissing = (plan: UnpricedPlan, circumstances: LeaveOut): UnpricedPlan => {
  if (plan.steps.length === 0) return { ...plan, warnings: [...plan.warnings, ...missingWarnings(circumstances)] };
  const gone = goneOf(plan, circumstances);
  if (gone.length === 0) return plan;
  const kept = plan.steps.map((step) =>
    isAbout(step.run, gone, plan.type === 'switchover' || plan.type === 'failover') ? null : without(step, gone),
  );
  const indexes = kept.map((step, index) => (step ? kept.slice(0, index).filter(Boolean).length : null));
  return {
    ...plan,
    steps: kept.filter((step) => step !== null),
    order: renumber(plan.order, indexes),
    warnings: [...plan.warnings, ...missingWarnings(circumstances, gone)],
  };
};

type LeaveOut = Pick<Circumstances, 'database' | 'faults' | 'leaderless'>;

/** `among`: only these; every node of the database where none are given. */
const missingWarnings = (
  { database: { name: database, topology }, faults = [] }: LeaveOut,
  among: readonly Node[] = topology.nodes,
): readonly string[] =>
  missingNodes({ ...topology, nodes: among }, faults).map(
    (name) => `${name} is missing and left aside. Rebuild it: ${repairCommand(database, name)}`,
  );

/** Where no server leads, one that cannot be asked may hold what no other does: it is never left out. */
const goneOf = (
  plan: UnpricedPlan,
  { database: { topology }, faults = [], leaderless = false }: LeaveOut,
): readonly Node[] => {
  const made = madeNodes(plan);
  const primary = topology.primary;
  return topology.nodes.filter((node) => {
    if (!isMissing(faults, node) || made.has(node.name) || node.kind === 'front' || node.kind === 'pgbouncer')
      return false;
    // The losses of a failover name it.
    const holdsNothingMore = !leaderless || plan.type === 'failover';
    if (node.kind === 'postgres') return holdsNothingMore && (topology.ha !== null || node.name !== primary);
    return nodesOf(topology, node.kind).some((other) => !isMissing(faults, other));
  });
};

/** Nothing but a gone node would notice this step. */
const isAbout = ({ action, input }: ActionCall, gone: readonly Node[], moves: boolean): boolean => {
  const isGone = ({ name }: Pick<Node, 'name'>) => gone.some((node) => node.name === name);
  if (action === 'configureNode') return isGone(input.node) && (moves || input.node.kind === 'haproxy');
  if (action === 'ensureReplicationSlot') return moves && gone.some(({ name }) => slotName(name) === input.slot);
  return false;
};

const without = (step: Step, gone: readonly Node[]): Step => ({
  ...step,
  run: withoutGone(step.run, gone),
  undo: step.undo.flatMap((call) => (isAbout(call, gone, false) ? [] : [withoutGone(call, gone)])),
});

const withoutGone = <Call extends ActionCall>(call: Call, gone: readonly Node[]): Call => {
  const names = gone.map(({ name }) => name);
  const present = <T extends { readonly name: string }>(nodes: readonly T[]) =>
    nodes.filter(({ name }) => !names.includes(name));
  switch (call.action) {
    case 'recordTopology':
      return call;
    case 'verifyRoutes': {
      const { topology, aside } = call.input;
      const there = { ...topology, nodes: present(topology.nodes) };
      return { ...call, input: { ...call.input, topology: there, ...(aside ? { aside: present(aside) } : {}) } };
    }
    case 'waitUntilRouting': {
      const { routers, replicas, aside } = call.input;
      const seen = replicas.filter((name) => !names.includes(name));
      return {
        ...call,
        input: {
          ...call.input,
          routers: routers.filter(({ node }) => !names.includes(node.name)),
          replicas: seen,
          ...(aside ? { aside: present(aside) } : {}),
        },
      };
    }
    case 'waitUntilClusterHealthy': {
      const { aside } = call.input;
      const nodes = present(call.input.nodes);
      const standbys = call.input.standbys - (call.input.nodes.length - nodes.length);
      return { ...call, input: { ...call.input, nodes, standbys, ...(aside ? { aside: present(aside) } : {}) } };
    }
    default:
      return { ...call, input: Object.fromEntries(Object.entries(call.input).map(filtered)) };
  }
  function filtered([key, value]: [string, unknown]): [string, unknown] {
    return [key, isNodes(value) ? present(value) : value];
  }
};

const isNodes = (value: unknown): value is readonly Node[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && 'container' in each);

const renumber = (blocks: readonly Block[], indexes: readonly (number | null)[]): readonly Block[] =>
  blocks.flatMap((block): readonly Block[] => {
    if ('step' in block) {
      const step = indexes[block.step] ?? null;
      return step === null ? [] : [{ step }];
    }
    if ('lanes' in block) {
      const lanes = block.lanes.map((lane) => renumber(lane, indexes)).filter((lane) => lane.length > 0);
      return lanes.length === 0 ? [] : [{ lanes }];
    }
    return [{ ...block, blocks: renumber(block.blocks, indexes) }];
  });
