import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. What is asked costs the machine under test something: whatever takes long is asked less often. */
const shortestPauseMs = 20;
const longestPauseMs = 100;

/** Tries until it no longer throws; when time is up the error says what failed last. */
export const retryUntil = async <T>(what: string, attempt: () => Promise<T>, timeoutMs = 20_000): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (let pause = shortestPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.2)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: error });
      await delay(pause);
    }
  }
};
