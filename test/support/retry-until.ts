import { setTimeout as delay } from 'node:timers/promises';

const intervalMs = 20;

/** Tries until it no longer throws; when time is up the error says what failed last. */
export const retryUntil = async <T>(what: string, attempt: () => Promise<T>, timeoutMs = 20_000): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: error });
      await delay(intervalMs);
    }
  }
};
