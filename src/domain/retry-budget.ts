import { sweptActions, type ActionContext, type ActivityName } from './step-actions.ts';
import type { ErrorCode } from './errors.ts';
import type { OperationActivities } from './operation-activities.ts';

/**
 * How long an activity is tried again after an error, by what the error is. The time that one cause has taken is not
 * missing for another: an engine that was away for a minute uses up nothing of the patience with a node that comes after.
 */

/** What an activity has met in all its attempts so far: plain JSON, kept in the details of its heartbeat. */
export interface Met {
  /** Attempts that have ended with an error. */
  readonly failures: number;
  readonly last: { readonly code: ErrorCode; readonly at: string };
  /** Seconds that each cause has lasted, all its times together. */
  readonly seconds: Readonly<Partial<Record<ErrorCode, number>>>;
}

interface Failure {
  readonly code: ErrorCode;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Seconds that this cause may last; 0 where it is final. */
  readonly budget: number;
}

/** Of its budget a cause has at least so many tries, however long each of them takes. */
const leastTries = 4;
/** Seconds between two failures that count at most for the second: meanwhile it got further, or no worker ran at all. */
const longestGapSeconds = 60;

/** Counts a failure; `again` tells whether the same is to be tried again. */
export const meet = (
  before: Met | null,
  { code, at, budget }: Failure,
): { readonly met: Met; readonly again: boolean } => {
  const gap = before ? (at - Date.parse(before.last.at)) / 1000 : 0;
  const counted = Math.min(Math.max(0, gap), longestGapSeconds, budget / leastTries);
  const lasted = (before?.seconds[code] ?? 0) + counted;
  return {
    met: {
      failures: (before?.failures ?? 0) + 1,
      last: { code, at: new Date(at).toISOString() },
      seconds: { ...before?.seconds, [code]: lasted },
    },
    again: lasted < budget,
  };
};

/** Attempts that may end without a word, as when a worker dies or loses its connection. */
const mostDeaths = 60;

/** `attempt`: which one this is, counted from 1. */
export const hasDiedTooOften = (attempt: number, met: Met | null): boolean =>
  attempt - 1 - (met?.failures ?? 0) >= mostDeaths;

/** Seconds. */
const internalSeconds = 3;
/** Longer than a restart of the engine or of the metadata takes. */
const surroundingsSeconds = 600;
/**
 * For a node that does not answer. Where the step can be undone: a server that crashed is back by then. Where it cannot:
 * a node that is paused for a while is no case for an operator.
 */
const silenceSeconds = { undoable: 60, committed: 300 } as const;
/** For a window that an operation closes in the place of the window's own workflow. */
const closingSeconds = 300;

/** Errors of pgrow's own surroundings, which say nothing of the database. */
const surroundings: readonly ErrorCode[] = ['docker_unavailable', 'metadata_unavailable'];

/** What must be recorded, however long that takes: else a window would stay open, or an operation run, forever. */
const recorded: readonly string[] = ['endOperation', 'closeCheckpoint'] satisfies (keyof OperationActivities)[];

/** Whether an activity that is no step is tried again whatever goes wrong. */
export const isEndless = (activity: string): boolean => recorded.includes(activity);

/** Seconds that an error of this code is tried again in an activity that is no step. */
export const budgetAround = (code: ErrorCode, activity: string): number =>
  // Where the record is gone there is nothing to write into.
  isEndless(activity) && code !== 'not_found' ? Infinity : usualSeconds(code);

const usualSeconds = (code: ErrorCode): number => {
  if (surroundings.includes(code)) return surroundingsSeconds;
  return code === 'internal' ? internalSeconds : 0;
};

type Step = Pick<ActionContext, 'direction' | 'committed' | 'patience_seconds' | 'gives_up'>;

/** The same in a step. */
export const budgetOfStep = (code: ErrorCode, action: ActivityName, step: Step): number => {
  // What closing removes there is no other way to get rid of.
  if (step.direction === 'close') return step.gives_up === true ? closingSeconds : Infinity;
  // An operator decides, and may take a weekend.
  if (code === 'held') return Infinity;
  if (isWaitedFor(code, action, step)) return silenceSeconds[step.committed === true ? 'committed' : 'undoable'];
  const usual = usualSeconds(code);
  return surroundings.includes(code) ? Math.max(usual, step.patience_seconds) : usual;
};

/**
 * A node that is away for a moment. What is not undone is left to an operator, so there also one that is not ready in
 * time; going forward that has been waited for already.
 */
const isWaitedFor = (code: ErrorCode, action: ActivityName, { direction }: Step): boolean => {
  if (direction === 'undo') return (code === 'no_answer' || code === 'not_ready') && !sweptActions.includes(action);
  return code === 'no_answer';
};
