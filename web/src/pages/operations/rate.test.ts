import { expect, test } from 'vitest';
import { leftMs, ratePerSecond, type Samples, withSample } from './rate.ts';

const seen = (...samples: readonly (readonly [second: number, done: number])[]): Samples =>
  samples.reduce<Samples>((known, [second, done]) => withSample(known, { at: second * 1000, done }), []);

test('a rate is known once enough was seen', () => {
  expect(ratePerSecond(seen([0, 0], [1, 50]))).toBeNull();
  expect(ratePerSecond(seen([0, 0], [1, 50], [4, 400]))).toBe(100);
  expect(leftMs(seen([0, 0], [4, 400]), 500)).toBe(1000);
});

test('only the last seconds count, and a copy that begins again begins again', () => {
  expect(ratePerSecond(seen([0, 0], [20, 100], [30, 1100]))).toBe(100);
  expect(seen([0, 0], [5, 500], [6, 10])).toEqual([{ at: 6000, done: 10 }]);
});

test('what stands still changes nothing', () => {
  const before = seen([0, 0], [5, 500]);
  expect(withSample(before, { at: 9000, done: 500 })).toBe(before);
});
