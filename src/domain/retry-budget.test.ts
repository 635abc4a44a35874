import { describe, expect, test } from 'vitest';
import type { ErrorCode } from './errors.ts';
import { budgetAround, budgetOfStep, hasDiedTooOften, meet, type Met } from './retry-budget.ts';

const run = { direction: 'run', patience_seconds: 1800 } as const;
const budget = (code: ErrorCode) => budgetOfStep(code, 'waitUntilStreaming', run);

/** What comes of failures with these codes, each so many seconds after the beginning. */
const outcome = (...failures: readonly (readonly [code: ErrorCode, second: number])[]): boolean[] => {
  let met: Met | null = null;
  return failures.map(([code, second]) => {
    const next = meet(met, { code, at: second * 1000, budget: budget(code) });
    met = next.met;
    return next.again;
  });
};
const every = (code: ErrorCode, from: number, to: number, step = 5) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => [code, from + index * step] as const);

describe('a cause', () => {
  test('is tried again until its time is over', () => {
    expect(outcome(...every('no_answer', 0, 60))).toEqual([...Array.from({ length: 12 }, () => true), false]);
    expect(outcome(['verification_failed', 0])).toEqual([false]);
  });

  // Attempts were counted, whatever had ended them: after 56 s without the engine the first node that was still starting
  // was final, and an operation in which nothing was wrong was undone.
  test('has all its time although another one came before', () => {
    const away = every('docker_unavailable', 0, 60);
    expect(outcome(...away, ...every('no_answer', 61, 116)).at(-1)).toBe(true);
    expect(outcome(...away, ['internal', 61])).not.toContain(false);
  });

  test('is not charged for what came in between', () => {
    const away = every('docker_unavailable', 5, 300);
    expect(outcome(['no_answer', 0], ...away, ['no_answer', 301], ['no_answer', 306]).at(-1)).toBe(true);
  });

  test('is not charged for a night in which no worker ran, nor for an attempt that took long', () => {
    expect(outcome(['no_answer', 0], ['no_answer', 30_000], ['no_answer', 60_000])).toEqual([true, true, true]);
  });

  test('comes to an end although it takes turns with another', () => {
    const turns = Array.from({ length: 400 }, (_, index) => [index % 2 ? 'no_answer' : 'internal', index * 5] as const);
    expect(outcome(...turns)).toContain(false);
  });
});

describe('how long', () => {
  test('past the point of no return a silent node is waited for longer', () => {
    const committed = budgetOfStep('no_answer', 'verifyRoutes', { ...run, committed: true });
    expect(committed).toBeGreaterThan(budget('no_answer'));
  });

  test('surroundings are waited for as long as the step has patience', () => {
    expect(budgetOfStep('docker_unavailable', 'ensureNode', { ...run, patience_seconds: 7200 })).toBe(7200);
    expect(budgetAround('metadata_unavailable', 'openOperation')).toBeGreaterThanOrEqual(300);
  });

  test('a compensation waits for what is not ready, unless the sweep does it again', () => {
    const undo = { ...run, direction: 'undo' } as const;
    expect(budgetOfStep('not_ready', 'configureNode', undo)).toBeGreaterThan(0);
    expect(budgetOfStep('not_ready', 'removeNode', undo)).toBe(0);
    expect(budgetOfStep('not_ready', 'configureNode', run)).toBe(0);
  });

  // A window whose record could not be closed five times within 3 s ended as failed, and stayed open on record for ever.
  test('what closes a window never gives up, unless an operation waits for it', () => {
    const close = { direction: 'close', patience_seconds: 60 } as const;
    for (const code of ['internal', 'verification_failed'] as const) {
      expect(budgetOfStep(code, 'removeNode', close)).toBe(Infinity);
      expect(budgetOfStep(code, 'removeNode', { ...close, gives_up: true })).toBeLessThan(Infinity);
      expect(budgetAround(code, 'closeCheckpoint')).toBe(Infinity);
    }
  });
});

test('attempts that ended without a word are counted apart from those that failed', () => {
  const met = (failures: number): Met => ({ failures, last: { code: 'no_answer', at: '' }, seconds: {} });
  expect(hasDiedTooOften(500, met(490))).toBe(false);
  expect(hasDiedTooOften(61, null)).toBe(true);
  expect(hasDiedTooOften(1, met(3))).toBe(false);
});
