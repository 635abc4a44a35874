import { expect, test } from 'vitest';
import { failoverPicture, handOverPicture, medianAndWorst } from './hand-over-lanes.ts';

test('each part of a hand-over begins where the one before has ended', () => {
  const picture = handOverPicture({
    held_at: '2026-01-01T10:00:00.000Z',
    stopped_ms: 38,
    proven_ms: 50,
    promoted_ms: 111,
    routed_ms: null,
    probed_ms: 186,
    resumed_ms: 215,
    poolers: [],
  });
  expect(picture?.lanes.map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([
    ['clients held', 0, 215],
    ['old primary stops', 0, 38],
    ['proof that nothing is missing', 38, 50],
    ['promotion', 50, 111],
    ['probe write', 111, 186],
  ]);
  expect(picture?.says).toBe('Clients waited 215 ms; most of it, 75 ms, for: probe write.');
});

test('a failover has the numbers of its event', () => {
  const picture = failoverPicture({ lock_released_ms: 20, writable_ms: 400, routed_ms: 450, duration_ms: 512 });
  expect(picture?.endMs).toBe(512);
  expect(picture?.lanes).toHaveLength(4);
  expect(failoverPicture({ stall_ms: 200 })).toBeNull();
  expect(handOverPicture(null)).toBeNull();
});

test('the middle and the longest', () => {
  expect(medianAndWorst([300, 100, 200])).toEqual({ median: 200, worst: 300 });
  expect(medianAndWorst([100, 300])).toEqual({ median: 200, worst: 300 });
  expect(medianAndWorst([])).toBeNull();
});
