import { describe, expect, test } from 'vitest';
import { operationOptions } from './options.ts';
import { readyToCutOver, stepRecord, type RecordedStep } from './step-record.ts';

const plain: RecordedStep = {
  index: 3,
  name: 'hand over',
  phase: 'cut-over',
  status: 'running',
  detail: null,
  waiting: false,
  started_at: new Date('2026-01-01T10:00:00.000Z'),
  ended_at: null,
  traits: { cut_over: true, waits_for_signal: true, lane: null, grace_seconds: null },
  attempts: 1,
  seen: null,
};
const operation = { point_of_no_return: 'hand over', options: operationOptions.parse({ cutover_deadline: 600 }) };
const shown = (step: Partial<RecordedStep>) => stepRecord({ ...plain, ...step }, operation);

describe('what a step waits for', () => {
  test('the signal of a cut-over, until its deadline', () => {
    expect(shown({ waiting: true, detail: `${readyToCutOver}: ./pgrow cutover shop` })).toMatchObject({
      waiting: true,
      waiting_for: { kind: 'cutover', since: '2026-01-01T10:00:00.000Z', until: '2026-01-01T10:10:00.000Z' },
    });
  });

  test('before a cut-over, a rollback window that has to close first', () => {
    expect(shown({ waiting: true, detail: 'the rollback window to close' }).waiting_for).toEqual({
      kind: 'condition',
      since: '2026-01-01T10:00:00.000Z',
      until: null,
      says: 'the rollback window to close',
    });
  });

  test('a grace period, until it is over', () => {
    const traits = { cut_over: false, waits_for_signal: false, lane: null, grace_seconds: 60 };
    expect(shown({ waiting: true, detail: '60 s of grace', traits }).waiting_for).toMatchObject({
      kind: 'grace',
      until: '2026-01-01T10:01:00.000Z',
    });
  });
});

test('what it has seen is shown while it runs, and not afterwards', () => {
  const seen = { progress: { done: 1, total: 2, unit: 'bytes' as const }, waiting_for: null, remedy: 'starting it' };
  expect(shown({ seen })).toMatchObject({ progress: { done: 1, total: 2 }, remedy: 'starting it' });
  expect(shown({ seen, status: 'failed' })).toMatchObject({ progress: null, remedy: null });
});

test('of an operation of an earlier version nothing is made up', () => {
  const earlier = { traits: null, attempts: null };
  expect(shown(earlier)).toMatchObject({
    attempt: null,
    cut_over: true,
    waits_for_signal: false,
    lane: null,
    progress: null,
  });
  expect(shown({ ...earlier, name: 'start etcd-1' }).cut_over).toBe(false);
});
