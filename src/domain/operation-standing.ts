import type { OperationDocument, OperationStatus, StepRecord } from './operation.ts';
import type { OperationOptions } from './options.ts';

/** What an operation's own record says of where it stands. */

type Standing = Pick<OperationDocument, 'type' | 'database' | 'status' | 'steps'>;

/** Index of the step it has come to; null after its end, and before there is one. */
export const currentStep = ({ status, steps }: Pick<Standing, 'status' | 'steps'>): number | null => {
  if (status !== 'running') return null;
  const at = (wanted: (step: StepRecord) => boolean) => steps.find(wanted)?.index;
  return at((step) => step.status === 'running') ?? at((step) => step.status === 'pending') ?? null;
};

/** What `abort` would be answered with: by the record, which may be a moment behind the workflow. */
export const abortableOf = (operation: Standing): OperationDocument['abortable'] => {
  const reason = whyNotAbortable(operation);
  return { now: reason === null, reason };
};

const whyNotAbortable = ({ type, database, status, steps }: Standing): string | null => {
  const subject = `${type.replaceAll('_', ' ')} of ${database}`;
  if (status !== 'running') return `${subject} ${endings[status]}.`;
  if (steps.length === 0) return null;
  if (steps.some((step) => ['failed', 'undone', 'undo_failed'].includes(step.status)))
    return `Too late to abort: ${subject} is being undone already, or has failed.`;
  const last = steps.find((step) => step.cut_over && step.status !== 'pending' && step.waiting !== true);
  if (last) return `Too late to abort: ${subject} is past its point of no return, "${last.name}", and will finish.`;
  // Done before it began: it resumes one that had passed its point of no return.
  if (steps.some((step) => step.status === 'done' && step.started_at === null))
    return `Too late to abort: ${subject} resumes one that was past its point of no return, and will finish.`;
  return steps.every((step) => step.status === 'done') ? `Too late to abort: ${subject} has done all its steps.` : null;
};

const endings: Readonly<Record<Exclude<OperationStatus, 'running'>, string>> = {
  done: 'is done',
  rolled_back: 'has been rolled back',
  failed: 'has failed',
  aborted: 'has been aborted',
  needs_operator: 'has ended and needs an operator',
};

/** Null if none of its steps could wait for a signal, or its options are not on record. */
export const cutOverOf = (
  steps: readonly StepRecord[],
  options: OperationOptions | null,
): OperationDocument['cut_over'] =>
  options && steps.some((step) => step.waits_for_signal)
    ? {
        mode: options.cutover,
        deadline: steps.find((step) => step.waiting_for?.kind === 'cutover')?.waiting_for?.until ?? null,
      }
    : null;
