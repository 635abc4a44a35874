import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../domain/errors.ts';
import type { MonitorDependencies } from './dependencies.ts';

interface Work {
  /** What is logged when it fails: the next time may do. */
  readonly whenItFails: string;
  /** Milliseconds from the end of one time to the start of the next. */
  readonly everyMs: number;
  readonly log: MonitorDependencies['log'];
  readonly signal: AbortSignal;
  readonly once: () => Promise<void>;
}

/** Until the signal. */
export const atIntervals = async ({ whenItFails, everyMs, log, signal, once }: Work): Promise<void> => {
  while (!signal.aborted) {
    await once().catch((error: unknown) => log.warn({ error: messageOf(error) }, whenItFails));
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
};
