import { expect, test } from 'vitest';
import { percentilesOf } from './percentiles.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

test('a percentile is one of the values: the smallest that so many do not exceed', () => {
  expect(percentilesOf(upTo(1000))).toEqual({ p50: 500, p90: 900, p99: 990, max: 1000 });
  expect(percentilesOf(upTo(10))).toEqual({ p50: 5, p90: 9, p99: 10, max: 10 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p90: 7, p99: 7, max: 7 });
});

test('the eight transactions that wait in a stall are above the 99th percentile of a long move, not of a short one', () => {
  const quick = Array.from({ length: 1500 }, () => 3);
  const waited = Array.from({ length: 8 }, () => 230);
  expect(percentilesOf([...quick, ...waited])).toMatchObject({ p99: 3, max: 230 });
  expect(percentilesOf([...quick.slice(0, 500), ...waited])).toMatchObject({ p90: 3, p99: 230 });
});

test('of no transactions there are no percentiles', () => {
  expect(percentilesOf([])).toBeNull();
});
