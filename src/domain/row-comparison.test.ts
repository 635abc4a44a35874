import { describe, expect, test } from 'vitest';
import { judge, sample, type ComparedTable } from './row-comparison.ts';

const megabyte = 1024 * 1024;
const table = (name: string, bytes: number): ComparedTable => ({
  name,
  oid: '1',
  toast: null,
  wide_columns: [],
  bytes,
});
const percents = (tables: readonly ComparedTable[], budget?: number) =>
  Object.fromEntries(sample(tables, budget).map(({ name, percent }) => [name, percent]));

// A table that was never analysed counted as empty, and 500 GB of it were read whole, three times.
describe('what is read of tables', () => {
  test('is all of those that are small', () => {
    expect(percents([table('a', 0), table('b', megabyte), table('c', 100 * megabyte)])).toEqual({
      a: 100,
      b: 100,
      c: 100,
    });
  });

  test('is a share of the large ones, which what small ones do not need adds to', () => {
    const tables = [table('large', 1000 * megabyte), table('larger', 2000 * megabyte), table('small', 6 * megabyte)];
    expect(percents(tables, 206 * megabyte)).toEqual({ small: 100, large: 10, larger: 5 });
  });

  test('is never more than the bound, and of each table something', () => {
    const tables = Array.from({ length: 1000 }, (_, index) => table(`t${index}`, 500 * 1000 * megabyte));
    const sampled = sample(tables, 256 * megabyte);
    expect(Math.min(...sampled.map(({ percent }) => percent))).toBeGreaterThan(0);
  });
});

describe('a table', () => {
  const verdictOn = (before: string | null, copy: string | null, after: string | null) =>
    Object.entries(judge({ before: { t: before }, copy: { t: copy }, after: { t: after } })).find(
      ([, names]) => names.length > 0,
    )?.[0];

  test.each([
    ['a', 'a', 'a', 'same'],
    ['a', 'b', 'a', 'differs'],
    ['a', 'b', 'b', 'changed'],
    ['a', 'a', 'b', 'changed'],
    [null, 'a', 'a', 'unread'],
    ['a', null, 'a', 'unread'],
  ] as const)('that reads %s, on the copy %s, then %s: %s', (before, copy, after, verdict) => {
    expect(verdictOn(before, copy, after)).toBe(verdict);
  });
});
