import { setTimeout as delay } from 'node:timers/promises';

export interface Retry<T> {
  /** One look or try; `undefined` asks for another. */
  readonly attempt: () => Promise<T | undefined>;
  /** What to throw when time is up: it knows what was last observed. */
  readonly onTimeout: () => unknown;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}

/** Repeats an attempt until it yields something. At least one attempt is made. */
export const retryUntil = async <T>({ attempt, onTimeout, timeoutMs, intervalMs = 50 }: Retry<T>): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() >= deadline) throw onTimeout();
    await delay(intervalMs);
  }
};
