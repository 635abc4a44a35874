import type { CutOver } from './step-actions.ts';
import { isPastReturn, type OperationDocument, type OperationError } from './operation.ts';
import type { Plan } from './plan.ts';

/**
 * An operation whose workflow was terminated before its point of no return, for example in Temporal Web: its changes are
 * still there, and nothing undoes them. Past that point it is an unfinished one (`resumption.ts`).
 */
export interface AbandonedOperation {
  readonly operation: string;
  /** Service id. */
  readonly database: string;
  readonly plan: Plan;
  /** Indexes of the steps that have begun. */
  readonly begun: readonly number[];
  /** Seconds that a compensation waits. */
  readonly patience_seconds: number;
}

/** Seconds. The next request waits for it. */
const patienceSeconds = 120;

/** Of an operation that is recorded as running although its workflow is not; null if nothing has to be undone. */
export const abandonedOf = (operation: OperationDocument | null, plan: Plan | null): AbandonedOperation | null => {
  if (!operation || !plan || operation.status !== 'running' || isPastReturn(operation)) return null;
  return begunOf(operation, plan);
};

const begunOf = (operation: OperationDocument, plan: Plan): AbandonedOperation => ({
  operation: operation.id,
  database: operation.service_id,
  plan,
  begun: operation.steps.flatMap(({ status }, index) => (status === 'pending' ? [] : [index])),
  patience_seconds: patienceSeconds,
});

/**
 * An operation that was left to an operator in the middle of its hand-over: whether anything was handed over is for the
 * servers to say. Null if it got further, or ended otherwise.
 */
export const standstillOf = (
  operation: OperationDocument | null,
  plan: Plan | null,
): { readonly abandoned: AbandonedOperation; readonly handOver: CutOver } | null => {
  if (operation?.status !== 'needs_operator' || !plan || !isPastReturn(operation)) return null;
  const index = plan.steps.findIndex(({ run }) => run.action === 'cutOver');
  const { run, name } = plan.steps[index] ?? {};
  if (run?.action !== 'cutOver' || name !== operation.point_of_no_return) return null;
  const statuses = operation.steps.map(({ status }) => status);
  if (statuses[index] === 'done' || statuses.slice(index + 1).some((status) => status !== 'pending')) return null;
  return { abandoned: begunOf(operation, plan), handOver: run.input };
};

/** The error that its record ends with. */
export const abandonedError = (left_over: OperationError['left_over']): OperationError => ({
  code: 'aborted',
  message: 'Its workflow was terminated before it could undo its changes. They have been undone since.',
  step: null,
  left_over,
});
