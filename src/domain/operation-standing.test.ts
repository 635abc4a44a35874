import { describe, expect, test } from 'vitest';
import { exampleStep } from '../cli/example-operation.ts';
import { operationOptions } from './options.ts';
import { abortableOf, currentStep, cutOverOf } from './operation-standing.ts';
import type { OperationStatus, StepRecord } from './operation.ts';

const began = '2026-01-01T10:00:00.000Z';
const steps = (...given: readonly Partial<StepRecord>[]) =>
  given.map((step, index) => exampleStep({ index, started_at: step.status === 'pending' ? null : began, ...step }));

const why = (given: readonly StepRecord[], status: OperationStatus = 'running') =>
  abortableOf({ type: 'scale_down', database: 'shop', status, steps: given }).reason;

describe('whether an operation can be aborted', () => {
  const before = steps({ status: 'done' }, { status: 'pending', cut_over: true });

  test('as long as nothing past its point of no return has begun', () => {
    expect(abortableOf({ type: 'expand', database: 'shop', status: 'running', steps: before })).toEqual({
      now: true,
      reason: null,
    });
    expect(why([])).toBeNull();
    expect(why(steps({ status: 'running', waiting: true, cut_over: true }))).toBeNull();
  });

  test('if not, why', () => {
    expect(why(before, 'done')).toBe('scale down of shop is done.');
    expect(why(steps({ name: 'hand over', status: 'running', cut_over: true }))).toMatch(/past its .*"hand over"/);
    expect(why(steps({ status: 'done' }, { status: 'undone' }))).toMatch(/undone already/);
    expect(why(steps({ status: 'done' }, { status: 'done' }))).toMatch(/done all its steps/);
    expect(why(steps({ status: 'done', started_at: null }, { status: 'pending' }))).toMatch(/resumes/);
  });
});

test('the present step is the one that runs, else the next one; an operation that has ended has none', () => {
  const between = steps({ status: 'done' }, { status: 'pending' }, { status: 'pending' });
  expect(currentStep({ status: 'running', steps: between })).toBe(1);
  expect(currentStep({ status: 'running', steps: steps({ status: 'pending' }, { status: 'running' }) })).toBe(1);
  expect(currentStep({ status: 'aborted', steps: between })).toBeNull();
});

test('a cut-over that waits has a deadline, and an operation without one says nothing of it', () => {
  const options = operationOptions.parse({ cutover: 'on_signal' });
  const waiting_for = { kind: 'cutover', since: began, until: '2026-01-02T10:00:00.000Z', says: 'ready' } as const;
  expect(cutOverOf(steps({ waits_for_signal: true }), options)).toEqual({ mode: 'on_signal', deadline: null });
  expect(cutOverOf(steps({ waits_for_signal: true, waiting_for }), options)?.deadline).toBe(waiting_for.until);
  expect(cutOverOf(steps({}), options)).toBeNull();
  expect(cutOverOf(steps({ waits_for_signal: true }), null)).toBeNull();
});
