import { expect, test } from 'vitest';
import { isFinalStatus, mostAttempts, pauseAfter, retryAfterSeconds } from './attempts.ts';

test('ten attempts take about a day, the first ones a few minutes', () => {
  expect(mostAttempts).toBe(10);
  const pauses = Array.from({ length: mostAttempts - 1 }, (_, index) => pauseAfter(index + 1, null));
  expect(pauses.slice(0, 3)).toEqual([20, 60, 180]);
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(20 * 3600);
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThan(24 * 3600);
});

test('a receiver may ask for more time, within limits, and never for less', () => {
  expect([pauseAfter(1, 300), pauseAfter(1, 5), pauseAfter(1, 1e9)]).toEqual([300, 20, 28_800]);
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-29T10:00:00Z');
  expect(retryAfterSeconds('120', now)).toBe(120);
  expect(retryAfterSeconds('Sun, 29 Nov 2026 10:01:00 GMT', now)).toBe(60);
  expect(retryAfterSeconds('Sun, 29 Nov 2026 09:00:00 GMT', now)).toBe(0);
  expect([retryAfterSeconds('soon', now), retryAfterSeconds(undefined, now)]).toEqual([null, null]);
});

test('a refusal is final, and what may pass is not', () => {
  expect([301, 307, 400, 401, 404, 410, 422].filter((status) => !isFinalStatus(status))).toEqual([]);
  expect([408, 425, 429, 500, 502, 503].filter(isFinalStatus)).toEqual([]);
});
