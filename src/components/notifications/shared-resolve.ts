import type { LookupAddress } from 'node:dns';

/** Gives all addresses of a name. The signal ends the wait, not the look. */
export type Resolve = (host: string, signal?: AbortSignal) => Promise<readonly LookupAddress[]>;

/**
 * Each look holds one of the few threads that this process has for such things until the system's resolver answers, which may
 * take half a minute. What operations need must find others.
 */
const looksAtOnce = 2;

interface Look {
  readonly answer: PromiseWithResolvers<readonly LookupAddress[]>;
  /** Attempts that wait for it. */
  waiting: number;
  begun: boolean;
}

/**
 * One look at a time for each name, and few in all. Attempts that give up leave: names that do not answer take no turn that a
 * healthy one waits for, except for the looks that have begun.
 */
export const sharedResolve = (ask: Resolve): Resolve => {
  /** By name, oldest first. */
  const looks = new Map<string, Look>();
  let running = 0;

  const beginNext = (): void => {
    for (const [host, look] of looks) {
      if (running >= looksAtOnce) return;
      if (!look.begun) void begin(host, look);
    }
  };
  const begin = async (host: string, look: Look): Promise<void> => {
    look.begun = true;
    running += 1;
    try {
      look.answer.resolve(await ask(host));
    } catch (error) {
      look.answer.reject(error);
    } finally {
      running -= 1;
      looks.delete(host);
      beginNext();
    }
  };
  const lookAt = (host: string): Look => {
    const known = looks.get(host);
    if (known) return known;
    const look: Look = { answer: Promise.withResolvers(), waiting: 0, begun: false };
    // It may fail after all who asked have left.
    look.answer.promise.catch(() => undefined);
    looks.set(host, look);
    return look;
  };

  return async (host, signal) => {
    signal?.throwIfAborted();
    const look = lookAt(host);
    look.waiting += 1;
    beginNext();
    const leaving = Promise.withResolvers<never>();
    const leave = () => leaving.reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([look.answer.promise, leaving.promise]);
    } finally {
      signal?.removeEventListener('abort', leave);
      look.waiting -= 1;
      if (look.waiting === 0 && !look.begun) looks.delete(host);
    }
  };
};
