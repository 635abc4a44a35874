import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHandOverClock } from './hand-over-clock.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00.000Z') }));
afterEach(() => void vi.useRealTimers());

test('moments are counted from the one at which clients began to wait; what did not happen is null', async () => {
  const clock = createHandOverClock();
  vi.advanceTimersByTime(1000);
  clock.start();
  vi.advanceTimersByTime(38);
  clock.mark('stopped_ms');
  vi.advanceTimersByTime(177);
  clock.mark('resumed_ms');
  expect(clock.elapsed()).toBe(215);
  clock.count(Promise.resolve([{ name: 'pgbouncer-1', waiting_max: 3 }]));
  expect(await clock.read()).toEqual({
    held_at: '2026-01-01T10:00:01.000Z',
    stopped_ms: 38,
    proven_ms: null,
    promoted_ms: null,
    routed_ms: null,
    probed_ms: null,
    resumed_ms: 215,
    poolers: [{ name: 'pgbouncer-1', waiting_max: 3 }],
  });
});

test('of an attempt that found clients waiting already nothing is said', async () => {
  expect(await createHandOverClock().read()).toBeNull();
});
