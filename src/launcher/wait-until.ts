import { setTimeout as delay } from 'node:timers/promises';
import { launcherError } from './launcher-error.ts';

export interface WaitUntil {
  /** What is awaited, for the error: "Temporal to answer on 127.0.0.1:7233". */
  readonly what: string;
  /** Whether it is so; a string says what was seen instead, for the error. Throws when it never will be. */
  readonly check: () => Promise<true | string>;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}

/** Returns as soon as `check` answers true; after `timeoutMs` an error tells what was seen last. */
export const waitUntil = async ({ what, check, timeoutMs, intervalMs = 100 }: WaitUntil): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await check();
    if (seen === true) return;
    if (performance.now() >= deadline) {
      throw launcherError(`Waited ${Math.round(timeoutMs / 1000)} s for ${what}. Last seen: ${seen}`);
    }
    await delay(intervalMs);
  }
};
