import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchProcess, type ProcessWatch } from './watch-process.ts';

let watch: ProcessWatch;
let ended = false;
let running = true;
const inspectContainer = vi.fn(async () => ({ running }) as never);
const watchOne = (firstProcess: { hasEnded: () => Promise<boolean> } | null) => {
  watch = watchProcess({ firstProcess: async () => firstProcess, inspectContainer }, { container: 'postgres-1' });
};

beforeEach(() => {
  vi.useFakeTimers();
  inspectContainer.mockClear();
  ended = false;
  running = true;
});
afterEach(() => {
  watch.end();
  vi.useRealTimers();
});

test('the kernel has the word on a container that was seen alive a moment ago', async () => {
  watchOne({ hasEnded: async () => ended });
  await vi.advanceTimersByTimeAsync(150);
  expect(await watch.hasExited()).toBe(false);
  ended = true;
  expect(await watch.hasExited()).toBe(true);
  expect(inspectContainer).not.toHaveBeenCalled();
});

// After a standstill of ours it may have been started again meanwhile, and lead: its lock must not be taken from it.
test('of one that was not looked at for a while the engine says whether it runs again', async () => {
  watchOne({ hasEnded: async () => ended });
  await vi.advanceTimersByTimeAsync(150);
  ended = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await watch.hasExited()).toBe(false);
  running = false;
  expect(await watch.hasExited()).toBe(true);
});

test('where processes are not to be seen the engine is asked', async () => {
  watchOne(null);
  expect(await watch.hasExited()).toBe(false);
  running = false;
  expect(await watch.hasExited()).toBe(true);
});
