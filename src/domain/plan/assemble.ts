import type { ActivityCall } from '../step-actions.ts';
import { closingStep, closingText } from '../closed-window.ts';
import type { OperationType } from '../operation.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { Node, Topology } from '../topology.ts';
import type { PlanPart } from './plan-part.ts';
import { flatten, step, type PlanItem } from './plan-builder.ts';

interface Parts {
  readonly type: OperationType;
  readonly from: Topology;
  readonly to: Topology;
  readonly parts: readonly PlanPart[];
  /** Type of the operation whose checkpoint is still open; this one closes it. */
  readonly closesWindowOf: string | null;
  /** False: there is no way back from it, so nothing is kept for one. */
  readonly reversible?: boolean;
  /** Of an operation that leaves the record as it is: the database as it is then verified. */
  readonly verified?: Topology;
  /** Whether only routes that take writes are verified. Default false. */
  readonly writesOnly?: boolean;
  /** Nodes without which the routes are verified, if they hang. Default none. */
  readonly aside?: readonly Node[];
}

/** One plan of several stretches of the way, with what every operation ends with. No stretches: nothing to do. */
export const assemble = ({
  type,
  from,
  to: reached,
  parts,
  closesWindowOf,
  reversible = true,
  verified,
  writesOnly = false,
  aside = [],
}: Parts): UnpricedPlan => {
  const kept = parts.flatMap((part) => part.on_close);
  const to = withAnyNode(reversible ? reached : { ...reached, kept: [] }, parts);
  const last: PlanItem[] =
    parts.length === 0
      ? []
      : [
          ...(reversible ? [] : kept.map(removeKept)),
          step('finish', 'write and read through every endpoint', {
            action: 'verifyRoutes',
            input: {
              topology: verified ?? to,
              ...(writesOnly ? { writes_only: true } : {}),
              ...(aside.length > 0 ? { aside } : {}),
            },
          }),
          ...(verified ? [] : [recordTopology({ type, from, to })]),
        ];
  const outline = flatten([...parts.flatMap((part) => part.outline), ...last]);
  const closes_window = closingStep(closesWindowOf, outline.steps);
  const before = from.nodes.map((node) => node.name);
  const after = to.nodes.map((node) => node.name);
  return {
    type,
    from,
    to,
    ...outline,
    on_close: reversible ? kept : [],
    expected_stall_ms: Math.max(0, ...parts.map((part) => part.expected_stall_ms)),
    point_of_no_return: outline.steps.find((candidate) => candidate.point_of_no_return)?.name ?? null,
    closes_window,
    warnings: [
      ...(closes_window ? [closingText(closes_window, outline.steps)] : []),
      ...parts.flatMap((part) => part.warnings),
    ],
    nodes_added: after.filter((name) => !before.includes(name)),
    nodes_removed: before.filter((name) => !after.includes(name)),
    estimated_duration_minutes: parts.reduce((sum, part) => sum + part.estimated_duration_minutes, 0),
    snapshot: parts.find((part) => part.snapshot)?.snapshot ?? null,
  };
};

/** Routers that the plan makes or configures have the any-node endpoint from then on. */
const withAnyNode = (to: Topology, parts: readonly PlanPart[]): Topology => {
  const { steps } = flatten(parts.flatMap((part) => part.outline));
  const configured = steps.flatMap(({ run }) =>
    (run.action === 'ensureNode' || run.action === 'configureNode' || run.action === 'startNode') &&
    run.input.config.kind === 'haproxy'
      ? [run.input.node.name]
      : [],
  );
  if (configured.length === 0) return to;
  const nodes = to.nodes.map((node) =>
    node.kind === 'haproxy' && configured.includes(node.name) ? { ...node, serves_any_node: true as const } : node,
  );
  return { ...to, nodes };
};

const removeKept = (call: ActivityCall): PlanItem =>
  step('finish', 'node' in call.input ? `remove ${call.input.node.name}` : 'remove what served the hand-over', call);

const recordTopology = ({ type, from, to }: Pick<Parts, 'type' | 'from' | 'to'>): PlanItem =>
  step('finish', 'record topology', { action: 'recordTopology', input: { topology: to } }, [
    // What the operation before kept is gone by then: all but a rollback have closed its window.
    { action: 'recordTopology', input: { topology: type === 'rollback' ? from : { ...from, kept: [] } } },
  ]);
