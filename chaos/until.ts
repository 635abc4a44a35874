import { setTimeout as delay } from 'node:timers/promises';

const intervalMs = 20;

/** Asks again until the answer is something; an error counts as "not yet". @throws when time is up, saying what was seen last */
export const until = async <T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (let last = 'nothing'; ;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s; last: ${last}`);
    await delay(intervalMs);
  }
};
