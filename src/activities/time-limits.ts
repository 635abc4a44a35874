import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, PgrowError } from '../domain/errors.ts';

/** Waits of a hand-over: clients stand still meanwhile, so they look often and give up after milliseconds. */

const pollMs = 3;

/** @throws PgrowError `not_ready` with `otherwise` when `work` takes longer; it goes on unobserved */
export const within = <T>(limitMs: number, otherwise: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PgrowError('not_ready', `${otherwise} (${limitMs} ms)`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** An exception counts as "not yet". @throws PgrowError `not_ready`, with what went wrong last */
export const poll = async (limitMs: number, what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let last = 'no';
    try {
      if (await holds()) return;
    } catch (error) {
      last = messageOf(error);
    }
    if (performance.now() > deadline) throw new PgrowError('not_ready', `Waited ${limitMs} ms for ${what}: ${last}.`);
    await delay(pollMs);
  }
};
