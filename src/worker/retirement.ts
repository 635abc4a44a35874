import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerVersions } from '../client/worker-versions.ts';
import { messageOf } from '../domain/errors.ts';

export interface Retirement {
  readonly versions: Pick<WorkerVersions, 'readCurrent' | 'readPinned'>;
  /** Of this worker. */
  readonly build: string;
  readonly taskQueue: string;
  readonly everyMs: number;
  /** Ends the watch: this worker is stopped for another reason. */
  readonly signal: AbortSignal;
  readonly log: { warn(fields: object, event: string): void };
}

/**
 * How often in a row this worker must be seen without work before it ends: a workflow that it has just begun shows as pinned
 * to it only after its first task, and in the list of workflows a little later.
 */
const looksBeforeTheEnd = 2;

/**
 * The same for one that has not been needed yet, because `up` has not made it the current one so far: it looks more often,
 * so as not to miss that, and waits for longer than `up` does.
 */
const looksBeforeNeeded = { often: 15, most: 600 };

/**
 * Resolves when another version is the current one and no operation continues under this one, so that its worker can end.
 * False when it was ended before.
 */
export const untilDispensable = async (retirement: Retirement): Promise<boolean> => {
  const { everyMs, signal, log } = retirement;
  let wasNeeded = false;
  let idle = 0;
  while (idle < (wasNeeded ? looksBeforeTheEnd : looksBeforeNeeded.most)) {
    try {
      await delay(wasNeeded ? everyMs : everyMs / looksBeforeNeeded.often, undefined, { signal });
    } catch {
      return false;
    }
    try {
      const needed = await isNeeded(retirement);
      wasNeeded ||= needed;
      idle = needed ? 0 : idle + 1;
    } catch (error) {
      // Not to know is no reason to end.
      idle = 0;
      log.warn({ error: messageOf(error) }, 'cannot tell whether this version is still needed');
    }
  }
  return true;
};

const isNeeded = async ({ versions, build, taskQueue }: Retirement): Promise<boolean> => {
  const current = await versions.readCurrent();
  if (current === null || current === build) return true;
  return (await versions.readPinned(taskQueue)).some((operation) => operation.build === build);
};
