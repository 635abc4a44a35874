import { describe, expect, test } from 'vitest';
import { followProgress, measureProgress, type Sight } from './wait-progress.ts';

const lastProgressOf = (...sights: readonly (Sight | string)[]): number => {
  const progress = followProgress();
  for (const [index, sight] of sights.entries()) {
    progress.see(typeof sight === 'string' ? { text: sight } : sight, index);
  }
  return progress.lastProgress();
};

const behind = (bytes: number): Sight => ({ text: `streaming, ${bytes} bytes behind`, remaining: bytes });

describe('no progress is', () => {
  // A session idle in transaction, seen once a second: an expansion that was to wait for 60 s waited for ever.
  test('a number that runs', () => {
    expect(
      lastProgressOf(
        'shop has a transaction open for 270 s (pid 99)',
        'shop has a transaction open for 271 s (pid 99)',
        'shop has a transaction open for 272 s (pid 99)',
      ),
    ).toBe(0);
    expect(lastProgressOf('postgres-2 is at 0/30000A0', 'postgres-2 is at 0/5F00000')).toBe(0);
  });

  test('two failures that take turns', () => {
    expect(lastProgressOf('refused', 'timed out', 'refused', 'timed out')).toBe(1);
  });

  // A replica that could not keep up, at 2090477664 bytes: up and down, and each of them counted.
  test('a lag that goes up and down', () => {
    expect(lastProgressOf(behind(500), behind(700), behind(600), behind(500), behind(800))).toBe(0);
  });
});

describe('progress is', () => {
  test('a state that was not seen before, or of another node', () => {
    expect(lastProgressOf('connecting', 'copying')).toBe(1);
    expect(lastProgressOf('postgres-2 is missing', 'postgres-3 is missing')).toBe(1);
  });

  test('a measure smaller than ever before', () => {
    expect(lastProgressOf(behind(500), behind(700), behind(499))).toBe(2);
  });
});

test('what is measured may take days, all else a few times its patience', () => {
  const progress = followProgress();
  progress.see({ text: 'starting' }, 0);
  expect(progress.longest(60)).toBe(240);
  progress.see(behind(10), 1);
  expect(progress.longest(60)).toBe(172_800);
});

test('what is seen again is not shown again', () => {
  const progress = followProgress();
  const shown = ['open for 1 s', 'open for 2 s', 'closed', 'open for 3 s'].map((text) => progress.see({ text }, 0));
  expect(shown).toEqual([true, false, true, false]);
});

describe('how far a wait is', () => {
  test('of a copy whose size is known, what has arrived', () => {
    const measure = measureProgress();
    expect(measure({ text: '1 of 4 MB copied', remaining: 3, total: 4 })).toEqual({ done: 1, total: 4, unit: 'bytes' });
    // More may arrive than was estimated.
    expect(measure({ text: '5 of 4 MB copied', remaining: -1, total: 4 })?.done).toBe(4);
  });

  test('of what is only left, what has gone of the first of it; it never shrinks', () => {
    const measure = measureProgress();
    const done = [100, 60, 90, 130, 20].map((left) => measure({ text: `${left} bytes behind`, remaining: left })?.done);
    expect(done).toEqual([0, 40, 40, 40, 80]);
  });

  test('begins at nothing where something else is measured', () => {
    const measure = measureProgress();
    measure({ text: 'postgres-2 is 100 bytes behind', remaining: 100 });
    measure({ text: 'postgres-2 is 10 bytes behind', remaining: 10 });
    expect(measure({ text: 'postgres-3 is 50 bytes behind', remaining: 50 })).toMatchObject({ done: 0, total: 50 });
    expect(measure({ text: 'postgres-3 is not connected yet' })).toBeNull();
  });
});
