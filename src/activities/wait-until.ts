import { CancelledFailure } from '@temporalio/activity';
import { messageOf, PgrowError } from '../domain/errors.ts';
import type { ActionStep } from './step-activity.ts';

/** What a look at the world found. */
export type Observation<T> =
  | { readonly found: T }
  /** Not yet. `details` go into the error only: they may change from look to look without anything getting any further. */
  | { readonly observed: string; readonly details?: string }
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

/**
 * Looks again until the condition holds. Gives up when nothing has changed for the step's patience, or is hopeless.
 * @throws PgrowError `not_ready`, with what was observed last
 */
export const waitUntil = async <T>({ for: subject, step, look }: Wait<T>): Promise<T> => {
  let observed = 'nothing yet';
  let changedAt = performance.now();
  for (let pause = shortestPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.3)) {
    if (step.signal.aborted) throw new CancelledFailure(`waiting for ${subject} was called off`);
    const seen = await look().catch(toObservation);
    if ('found' in seen) return seen.found;
    if ('hopeless' in seen) throw new PgrowError('not_ready', seen.hopeless);
    if (seen.observed !== observed) {
      observed = seen.observed;
      changedAt = performance.now();
      step.note(observed);
    }
    if (performance.now() - changedAt > step.patience_seconds * 1000) {
      const last = [observed, seen.details].filter((text) => text !== undefined).map(withoutStop);
      throw new PgrowError(
        'not_ready',
        `Waited ${step.patience_seconds} s for ${subject}; last seen: ${last.join('; ')}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
};

/** For words that go on. */
export const withoutStop = (text: string): string => text.replace(/\.$/, '');

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
