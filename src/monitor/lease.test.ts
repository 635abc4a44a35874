import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { whileHolding, type LeaseTimes } from './lease.ts';

/** Two monitors of one home, and the row of the metadata database that says which one acts. */

let row: { readonly holder: string; readonly until: number } | null;
let isAway: boolean;
/** Monitors that act. */
let acting: string[];
let mostAtOnce: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  row = null;
  isAway = false;
  acting = [];
  mostAtOnce = 0;
});

const times: LeaseTimes = { lasts: 8000, renewedEvery: 2000, margin: 2000, triedEvery: 1000 };
const log = { info: () => undefined, warn: () => undefined };

const monitor = (holder: string) => {
  const stop = new AbortController();
  let isFrozen = false;
  const store = {
    async takeLease({ lastsMs }: { lastsMs: number }) {
      if (isFrozen) return new Promise<boolean>(() => undefined);
      if (isAway) throw new Error('the metadata database is away');
      const now = performance.now();
      if (row !== null && row.holder !== holder && row.until >= now) return false;
      row = { holder, until: now + lastsMs };
      return true;
    },
    readLease: async () => null,
    async releaseLease() {
      if (row?.holder === holder) row = null;
    },
  };
  const act = async (signal: AbortSignal): Promise<void> => {
    acting.push(holder);
    mostAtOnce = Math.max(mostAtOnce, acting.length);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    acting = acting.filter((other) => other !== holder);
  };
  void whileHolding({ store, log, name: 'monitor', holder, signal: stop.signal, times }, act);
  onTestFinished(() => stop.abort());
  return {
    stop: () => stop.abort(),
    /** Its queries are no longer answered. */
    cutOff: () => void (isFrozen = true),
  };
};

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('one of two acts; when it ends the other takes over within a second', async () => {
  const first = monitor('first');
  await pass(0);
  monitor('spare');
  await pass(60_000);
  expect([acting, mostAtOnce]).toEqual([['first'], 1]);
  first.stop();
  await pass(1000);
  expect(acting).toEqual(['spare']);
});

test('one that is cut off from the metadata stops before the other begins', async () => {
  const first = monitor('first');
  await pass(0);
  monitor('spare');
  await pass(5000);
  first.cutOff();
  await pass(9000);
  expect([acting, mostAtOnce]).toEqual([['spare'], 1]);
});

// Nothing is taken away from a monitor that acts by a restart of the metadata database.
test('while the metadata are briefly away the one that acts goes on, and for longer none does', async () => {
  monitor('first');
  await pass(0);
  monitor('spare');
  await pass(10_000);
  isAway = true;
  await pass(3000);
  expect(acting).toEqual(['first']);
  isAway = false;
  await pass(20_000);
  expect([acting, mostAtOnce]).toEqual([['first'], 1]);

  isAway = true;
  await pass(10_000);
  expect(acting).toEqual([]);
  isAway = false;
  await pass(1000);
  expect([acting.length, mostAtOnce]).toEqual([1, 1]);
});
