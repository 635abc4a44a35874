import { messageOf } from '../domain/errors.ts';
import type { Log } from '../nodes/dependencies.ts';
import type { LeaseStore } from '../store/leases.ts';

/**
 * Of several monitors of a home one acts, the others are spares. The lease is a row with a deadline and not a lock of a
 * session: it outlasts a restart of the metadata database, works through a pooler, and is lost by a monitor that hangs.
 */

interface Lease {
  readonly store: LeaseStore;
  readonly log: Log;
  readonly name: string;
  /** This process. */
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly times?: LeaseTimes;
}

/** Milliseconds. */
export interface LeaseTimes {
  /** From when it is asked for. */
  readonly lasts: number;
  readonly renewedEvery: number;
  /** How much earlier than the others believe the holder takes it for lost. */
  readonly margin: number;
  /** How often a spare tries to take it. */
  readonly triedEvery: number;
}

/** A spare acts nine seconds after the monitor was killed, and a second after it has ended in order. */
const usualTimes: LeaseTimes = { lasts: 8000, renewedEvery: 2000, margin: 2000, triedEvery: 1000 };

/**
 * Acts while it holds the lease, as often as it gets it, until `signal` aborts. What `act` does ends when its signal aborts:
 * the lease is lost, or will be, because it could not be renewed in time.
 */
export const whileHolding = async (lease: Lease, act: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const { store, log, name, holder, signal, times = usualTimes } = lease;
  let isWaiting = false;
  while (!signal.aborted) {
    const taken = await take(lease);
    if (taken !== null) {
      log.info({ lease: name }, 'this monitor acts');
      isWaiting = false;
      await holding(lease, taken, act);
      if (!signal.aborted) log.warn({ lease: name }, 'this monitor no longer acts: its lease was not renewed');
      continue;
    }
    if (!isWaiting) log.info({ lease: name }, 'another monitor acts, or none can be known: this one waits');
    isWaiting = true;
    await pause(times.triedEvery, signal);
  }
  await store.releaseLease({ name, holder }).catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, 'lease not released');
  });
};

/** Until when this process may take it for its own, by the monotonic clock; null without it. */
const take = async ({ store, log, name, holder, times = usualTimes }: Lease): Promise<number | null> => {
  // It was written after this.
  const since = performance.now();
  try {
    const isTaken = await store.takeLease({ name, holder, lastsMs: times.lasts });
    return isTaken ? since + times.lasts - times.margin : null;
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'lease neither taken nor renewed');
    return null;
  }
};

const holding = async (lease: Lease, until: number, act: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const { renewedEvery } = lease.times ?? usualTimes;
  const over = new AbortController();
  const signal = AbortSignal.any([lease.signal, over.signal]);
  let end = setTimeout(() => over.abort(), until - performance.now());
  const renew = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(renewedEvery, signal);
      if (signal.aborted) return;
      const renewed = await take(lease);
      if (renewed === null) continue;
      clearTimeout(end);
      end = setTimeout(() => over.abort(), renewed - performance.now());
    }
  };
  try {
    await Promise.all([act(signal), renew()]);
  } finally {
    clearTimeout(end);
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', end);
  });
