import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askedLately } from './asked-lately.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

// While statements are read no schema can be made: a viewer who asked without pause kept an application from making one.
test('who asks meanwhile gets the answer that there is', async () => {
  const lately = askedLately<number>(10_000);
  let asked = 0;
  const ask = async () => (asked += 1);
  const both = await Promise.all([lately('shop', ask), lately('shop', ask)]);
  expect([...both, await lately('shop', ask), await lately('billing', ask)]).toEqual([1, 1, 1, 2]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await lately('shop', ask)).toBe(3);
});

test('a failure is not kept', async () => {
  const lately = askedLately<string>(10_000);
  await expect(lately('shop', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await lately('shop', async () => 'back')).toBe('back');
});
