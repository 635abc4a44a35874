import { remarksOf } from '../domain/remarks.ts';
import type { OperationDocument, StepRecord } from '../domain/operation.ts';
import { stageNames } from '../domain/stage.ts';
import { formatMs } from '../domain/format-duration.ts';

/** An operation in words: for progress lines, the live display and the final report. */

/** `expand shop: single -> ha`. */
export const operationTitle = ({ type, database, from_stage, to_stage }: OperationDocument): string => {
  const name = type.replaceAll('_', ' ');
  if (from_stage === null || to_stage === null || from_stage === to_stage) return `${name} ${database}`;
  return `${name} ${database}: ${stageNames[from_stage]} -> ${stageNames[to_stage]}`;
};

const marks: Record<StepRecord['status'], string> = {
  pending: ' ',
  running: '>',
  done: '+',
  failed: 'x',
  undone: '-',
  undo_failed: '!',
};

/** `[ 3 of 12] + etcd      start etcd-2  1.2 s`. `index` counts from 0. */
export const stepLine = (step: StepRecord, index: number, steps: readonly StepRecord[]): string => {
  const total = String(steps.length);
  const phaseWidth = Math.max(...steps.map(({ phase }) => phase.length));
  const tail = [
    step.status === 'undone' ? 'undone' : null,
    step.status === 'undo_failed' ? 'could not be undone' : null,
    step.status === 'running' || step.status === 'failed' ? step.detail : null,
    step.duration_ms === null ? null : formatMs(step.duration_ms),
  ].filter((part) => part !== null && part !== '');
  const head = `[${String(index + 1).padStart(total.length)} of ${total}] ${marks[step.status]} ${step.phase.padEnd(phaseWidth)}  ${step.name}`;
  return tail.length === 0 ? head : `${head}  ${tail.join(', ')}`;
};

const nothing = (type: OperationDocument['type']): string =>
  nothingToDo[type] ?? 'nothing to do, it is already as requested.';

const nothingToDo: Partial<Record<OperationDocument['type'], string>> = {
  repair: 'nothing to repair.',
  stop: 'nothing to do, it is stopped already.',
  start: 'nothing to do, it is not stopped.',
};

/** What is said when it is over. */
export const operationResult = (operation: OperationDocument): string[] => {
  const title = operationTitle(operation);
  const took = operation.duration_ms === null ? '' : ` in ${formatMs(operation.duration_ms)}`;
  switch (operation.status) {
    case 'running':
      return [`${title}: running.`];
    case 'done':
      return [
        operation.steps.length === 0 ? `${title}: ${nothing(operation.type)}` : `${title}: done${took}.`,
        // Those of the plan were shown before it began.
        ...(operation.steps.length === 0 ? operation.warnings : remarksOf(operation.steps)).map(
          (warning) => `Warning: ${warning}`,
        ),
        ...(operation.stall_ms === null ? [] : [`Writes were held for ${formatMs(operation.stall_ms)}.`]),
        ...checkpointLine(operation),
      ];
    case 'rolled_back':
      return [`${title}: rolled back${took}; ${asBefore(operation)}`, ...errorLines(operation)];
    case 'aborted':
      return [`${title}: aborted${took}; ${asBefore(operation)}`, ...errorLines(operation)];
    case 'failed':
      return [`${title}: failed${took}.`, ...errorLines(operation)];
    case 'needs_operator':
      return [`${title}: needs an operator.`, ...errorLines(operation)];
    default:
      return operation.status satisfies never;
  }
};

const asBefore = ({ closes_window, steps }: OperationDocument): string => {
  const closed = closes_window !== null && steps[closes_window.step]?.status !== 'pending';
  if (!closed) return 'everything is as it was before.';
  return `everything is as it was before, but the rollback window of the last ${closes_window.of.replaceAll('_', ' ')} is closed.`;
};

const checkpointLine = ({ checkpoint }: OperationDocument): string[] =>
  checkpoint?.status === 'open' ? [`It can be rolled back until ${checkpoint.rollback_available_until}.`] : [];

const errorLines = ({ error }: OperationDocument): string[] => {
  if (!error) return [];
  return [
    error.step === null ? error.message : `Step "${error.step}": ${error.message}`,
    ...error.left_over.map(({ what, command }) => `Left over: ${what}. Finish with: ${command}`),
  ];
};
