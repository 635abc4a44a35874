import { describe, expect, test } from 'vitest';
import { createWindows } from './windows.ts';

/** A clock that stands where it is put, in milliseconds. */
const clockAt = () => {
  let now = 0;
  return { now: () => now, set: (at: number) => (now = at) };
};

describe('the longest stall', () => {
  test('is the longest time between two acknowledgements to any client', () => {
    const clock = clockAt();
    const windows = createWindows('start', clock.now);
    for (const at of [10, 20, 250, 260]) {
      clock.set(at);
      windows.acknowledged();
    }
    expect(windows.present()).toMatchObject({ acknowledged: 4, longest_stall_ms: 230, duration_ms: 260 });
  });

  test('counts while it lasts: a database that never comes back is one long stall', () => {
    const clock = clockAt();
    const windows = createWindows('start', clock.now);
    clock.set(10);
    windows.acknowledged();
    clock.set(5010);
    expect(windows.present().longest_stall_ms).toBe(5000);
  });

  test('across a mark belongs whole to the window in which it ends', () => {
    const clock = clockAt();
    const windows = createWindows('before', clock.now);
    clock.set(100);
    windows.acknowledged();
    clock.set(150);
    expect(windows.mark('after')).toMatchObject({ label: 'before', longest_stall_ms: 100 });
    clock.set(400);
    windows.acknowledged();
    expect(windows.present()).toMatchObject({
      label: 'after',
      acknowledged: 1,
      longest_stall_ms: 300,
      duration_ms: 250,
    });
  });

  test('does not count the silence after the end', () => {
    const clock = clockAt();
    const windows = createWindows('start', clock.now);
    clock.set(10);
    windows.acknowledged();
    clock.set(12);
    windows.end();
    clock.set(15);
    windows.acknowledged();
    clock.set(9000);
    expect(windows.all()).toMatchObject([{ acknowledged: 2, longest_stall_ms: 10, duration_ms: 12 }]);
  });
});
