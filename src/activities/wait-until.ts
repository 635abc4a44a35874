import { CancelledFailure } from '@temporalio/activity';
import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { nothingSeen } from '../domain/step-record.ts';
import { followProgress, measureProgress } from '../domain/wait-progress.ts';
import { showWait, type ShownWait } from './heartbeat.ts';
import type { ActionStep } from './step-activity.ts';

/** What a look at the world found. */
export type Observation<T> =
  | { readonly found: T }
  /** Not yet. */
  | {
      readonly observed: string;
      /** What is left, in bytes or the like: what counts as progress is less than ever before, not another text. */
      readonly remaining?: number;
      /** All of that, where it is known. */
      readonly total?: number;
      /** Goes into the error only. */
      readonly details?: string;
    }
  /** Nothing is left to try. */
  | { readonly hopeless: string };

interface Wait<T> {
  /** Subject and condition, with the port where one is concerned: "postgres-2 to stream from postgres-1:5432". */
  readonly for: string;
  readonly step: Pick<ActionStep, 'signal' | 'note' | 'patience_seconds'>;
  /** An exception counts as "not yet" and is shown, except the errors that cannot pass. */
  readonly look: () => Promise<Observation<T>>;
}

const shortestPauseMs = 20;
const longestPauseMs = 150;

/** Milliseconds that a look is given to end by itself once the wait is over: what it does should not outlive the step. */
const graceMs = 5000;
/** Milliseconds between two notes of the same state with other numbers. */
const noteAgainMs = 1000;

/**
 * Looks again until the condition holds. Gives up when nothing has got further for the step's patience, when it has
 * lasted too long in all, or when it is hopeless.
 * @throws PgrowError `not_ready`, with what was observed last and since when
 */
export const waitUntil = async <T>(wait: Wait<T>): Promise<T> => {
  const shown = showWait(wait.for);
  return lookUntil(wait, shown).finally(shown.end);
};

const lookUntil = async <T>({ for: subject, step, look }: Wait<T>, shown: ShownWait): Promise<T> => {
  const began = performance.now();
  const waiting_for = { kind: 'condition', since: new Date().toISOString(), until: null, says: subject } as const;
  const progress = followProgress();
  const measure = measureProgress();
  const seconds = () => (performance.now() - began) / 1000;
  const deadline = () =>
    Math.min(progress.lastProgress() + step.patience_seconds, progress.longest(step.patience_seconds));
  let observed = 'nothing yet';
  let notedAt = -Infinity;

  const giveUp = (details?: string): never => {
    const last = [observed, details].filter((text) => text !== undefined).map(withoutStop);
    const waited = progress.lastProgress() === 0 ? step.patience_seconds : Math.round(seconds());
    const since = new Date(Date.now() - (seconds() - progress.lastProgress()) * 1000).toISOString().slice(11, 19);
    throw new PgrowError(
      'not_ready',
      `Waited ${waited} s for ${subject}; last seen: ${last.join('; ')}. No progress since ${since} UTC.`,
    );
  };

  for (let pause = shortestPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.3)) {
    if (step.signal.aborted) throw new CancelledFailure(`waiting for ${subject} was called off`);
    const seen = await bounded(look(), (deadline() - seconds()) * 1000, step.signal).catch(toObservation);
    if (seen === 'late') return giveUp('the last check was not answered');
    if ('found' in seen) {
      if (notedAt > -Infinity) step.note(null, nothingSeen);
      return seen.found;
    }
    if ('hopeless' in seen) throw new PgrowError('not_ready', seen.hopeless);
    const isNew = progress.see({ text: seen.observed, remaining: seen.remaining }, seconds());
    shown.remains(seen.remaining);
    const measured = measure({ text: seen.observed, remaining: seen.remaining, total: seen.total });
    const changed = seen.observed !== observed;
    observed = seen.observed;
    if (isNew || (changed && performance.now() - notedAt > noteAgainMs)) {
      notedAt = performance.now();
      step.note(observed, { progress: measured, waiting_for });
    }
    if (seconds() > deadline()) return giveUp(seen.details);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
};

/** A look that hangs must not keep the wait from ending. @returns `late` when it has not ended in time */
const bounded = async <T>(look: Promise<T>, limitMs: number, signal: AbortSignal): Promise<T | 'late'> => {
  const late = Promise.withResolvers<'late'>();
  let timer = setTimeout(() => late.resolve('late'), limitMs + graceMs);
  const abort = () => {
    clearTimeout(timer);
    timer = setTimeout(() => late.reject(new CancelledFailure('called off')), graceMs);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([look, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
};

/** @throws the errors that cannot pass */
export const toObservation = (error: unknown): Observation<never> => {
  if (error instanceof CancelledFailure) throw error;
  if (
    error instanceof PgrowError &&
    ['node_failed', 'image_missing', 'no_disk_space', 'port_taken', 'refused'].includes(error.code)
  )
    throw error;
  return { observed: messageOf(error) };
};
