import type { Change } from '../../data/changes.ts';
import { changeKinds, type ChangeKind } from '../../data/changes.ts';
import type { Operation, Step } from '../../data/types.ts';
import { stageNames, wordsOf } from '../../format/stages.ts';
import { durationText } from '../../format/times.ts';
import { stateOf, stepWords, type StepState } from './steps.ts';

/** Where an operation stands, in words and numbers. */

/** `expand shop: replicas → high availability`. */
export const titleOf = ({ type, database, from_stage, to_stage }: Operation): string => {
  const name = `${wordsOf(type)} ${database}`;
  if (from_stage === null || to_stage === null || from_stage === to_stage) return name;
  return `${name}: ${stageNames[from_stage]} → ${stageNames[to_stage]}`;
};

/** A step that went wrong while the operation runs: what it did is being undone, the last step first. */
export const isGoingBack = ({ status, steps }: Operation): boolean =>
  status === 'running' && steps.some((step) => ['failed', 'undone', 'undo_failed'].includes(step.status));

const standings = {
  running: ['running', 'running'],
  done: ['done', 'done'],
  rolled_back: ['undone', 'rolled back'],
  aborted: ['undone', 'aborted'],
  failed: ['failed', 'failed'],
  needs_operator: ['undo_failed', 'needs an operator'],
} as const satisfies Record<Operation['status'], readonly [StepState, string]>;

/** In one word, with the mark of a step that is so. */
export const standingOf = (operation: Operation): { readonly state: StepState; readonly word: string } => {
  const [state, word] = standings[operation.status];
  if (isGoingBack(operation)) return { state: 'undone', word: 'rolling back' };
  if (operation.status === 'running' && operation.waiting_for !== null) return { state: 'waits', word: 'waits' };
  return { state, word };
};

/** How many steps are behind it, and whether it goes on or back. */
export const countOf = (operation: Operation): { readonly at: number; readonly of: number } => {
  const { steps, current, status } = operation;
  const done = steps.filter((step) => step.status === 'done').length;
  if (status !== 'running' || isGoingBack(operation)) return { at: done, of: steps.length };
  return { at: current === null ? done : current + 1, of: steps.length };
};

/** The step that is worth naming first. */
export const stepOf = ({ steps, current }: Operation): Step | null =>
  steps.find((step) => step.waiting === true) ??
  steps.find(({ status }) => status === 'running') ??
  (current === null ? null : (steps[current] ?? null));

/** The step that waits for a person, or for its time. */
export const waitOf = (
  { status, steps }: Operation,
  kind: 'cutover' | 'grace',
): NonNullable<Step['waiting_for']> | null =>
  status === 'running' ? (steps.find((step) => step.waiting_for?.kind === kind)?.waiting_for ?? null) : null;

/** Milliseconds: what it has taken, and what is probably left; null where that cannot be said. */
export const timesOf = (
  operation: Operation,
  now: number,
): { readonly elapsedMs: number; readonly leftMs: number | null } => {
  const { started_at, duration_ms, estimated_duration_ms, status, waiting_for } = operation;
  const elapsedMs = duration_ms ?? Math.max(0, now - Date.parse(started_at));
  const left = estimated_duration_ms === null ? 0 : estimated_duration_ms - elapsedMs;
  const isKnown = status === 'running' && waiting_for === null && !isGoingBack(operation) && left > 0;
  return { elapsedMs, leftMs: isKnown ? left : null };
};

/** What is announced to those who do not see it, and what a notification says. */
export const sentenceOf = (operation: Operation): string => {
  const { status, steps } = operation;
  if (status !== 'running') return `${titleOf(operation)}: ${resultOf(operation)}`;
  if (isAccepted(operation)) return `Accepted, waits for ${operation.waiting_for}`;
  if (isGoingBack(operation)) return `Step "${failedOf(operation)?.name ?? ''}" failed. What was done is being undone.`;
  const step = stepOf(operation);
  if (!step) return 'All steps are done.';
  const state = stateOf(step);
  const more = step.waiting_for ? `: ${step.waiting_for.says}` : '';
  const word = state === 'running' || state === 'pending' ? '' : `, ${stepWords[state]}`;
  return `${step.index + 1} of ${steps.length}: ${step.name}${word}${more}`;
};

export const failedOf = ({ steps }: Operation): Step | null => steps.find(({ status }) => status === 'failed') ?? null;

/** Accepted, and no worker has taken it up: it has no plan yet. */
export const isAccepted = ({ status, steps, waiting_for }: Operation): boolean =>
  status === 'running' && steps.length === 0 && waiting_for !== null;

const nothingToDo: Partial<Record<Operation['type'], string>> = {
  repair: 'nothing to repair.',
  stop: 'nothing to do, it is stopped already.',
  start: 'nothing to do, it is not stopped.',
};

/** How it ended, as the command line says it. */
export const resultOf = (operation: Operation): string => {
  const { status, type, steps, duration_ms } = operation;
  const took = duration_ms === null ? '' : ` in ${durationText(duration_ms)}`;
  switch (status) {
    case 'running':
      return 'running.';
    case 'done':
      return steps.length === 0 ? (nothingToDo[type] ?? 'nothing to do, it is already as requested.') : `done${took}.`;
    case 'rolled_back':
      return `rolled back${took}; ${asBefore(operation)}`;
    case 'aborted':
      return `aborted${took}; ${asBefore(operation)}`;
    case 'failed':
      return `failed${took}.`;
    case 'needs_operator':
      return 'needs an operator.';
  }
};

const asBefore = ({ closes_window, steps }: Operation): string => {
  const closed = closes_window !== null && steps[closes_window.step]?.status !== 'pending';
  if (!closed) return 'everything is as it was before.';
  return `everything is as it was before, but the rollback window of the last ${wordsOf(closes_window.of)} is closed.`;
};

/** The change that asks for the same once more; null where the record does not know it. */
export const sameAgain = ({ request }: Pick<Operation, 'request'>): Change | null => {
  if (!request) return null;
  const last = request.route.split('?')[0]!.split('/').at(-1)!;
  const kind = request.method === 'DELETE' ? 'destroy' : last === 'services' ? 'create' : last;
  if (!Object.hasOwn(changeKinds, kind)) return null;
  return { kind: kind as ChangeKind, body: request.body ?? {} };
};
