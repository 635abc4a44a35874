import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, PgrowError } from '../domain/errors.ts';

/** Waits of a hand-over. Clients are blocked meanwhile, so these poll often and give up after milliseconds. */

const pollMs = 3;

/** @throws PgrowError `not_ready` with `otherwise` when `work` takes longer; it continues unobserved */
export const withTimeLimit = <T>(limitMs: number, otherwise: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PgrowError('not_ready', `${otherwise} (${limitMs} ms)`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/**
 * An exception counts as "not yet". A look that hangs ends with the limit as well.
 * @throws PgrowError `not_ready`, with what went wrong last
 */
export const pollUntil = async (limitMs: number, what: string, holds: () => Promise<boolean>): Promise<void> => {
  let last = 'no answer';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  const deadline = performance.now() + limitMs;
  try {
    for (;;) {
      const held = await Promise.race([holds().catch(messageOf), late]);
      if (held === true) return;
      if (held !== 'late') last = held === false ? 'no' : held;
      if (held === 'late' || performance.now() > deadline)
        throw new PgrowError('not_ready', `Waited ${limitMs} ms for ${what}: ${last}.`);
      await delay(pollMs);
    }
  } finally {
    clearTimeout(timer);
  }
};

/** The rest of a time limit that several steps share. */
export interface Budget {
  /** Milliseconds until `limitMs` after the budget was opened; at least one. */
  until(limitMs: number): number;
}

export const openBudget = (): Budget => {
  const began = performance.now();
  return { until: (limitMs) => Math.max(1, Math.round(limitMs - (performance.now() - began))) };
};
