import { expect, test } from 'vitest';
import { handOverAttempts, flatten, inParallel, step } from './plan/plan-builder.ts';
import { traitsOf } from './step-traits.ts';

const named = (name: string, marks: Parameters<typeof step>[4] = {}) =>
  step('phase', name, { action: 'ensureNetwork', input: {} }, [], marks);

test('steps that run side by side are distinguished by lane, and groups of lanes by number', () => {
  const plan = flatten([
    named('first'),
    inParallel([named('a1'), inParallel([named('a2')], [named('a3')])], [named('b1')]),
    inParallel([named('alone')]),
    inParallel([named('c1')], [named('d1')]),
    handOverAttempts([named('last')]),
  ]);
  expect(traitsOf(plan).map(({ lane }) => lane && `${lane.group}.${lane.number}`)).toEqual([
    null,
    '0.0',
    '0.0',
    '0.0',
    '0.1',
    null,
    '1.0',
    '1.1',
    null,
  ]);
});

test('the step after which nothing is undone, the one that waits for a signal, and a grace period are marked', () => {
  const grace = step('phase', 'grace', { action: 'gracePeriod', input: { seconds: 60 } });
  const plan = flatten([named('ready', { waits_for_signal: true, point_of_no_return: true }), grace]);
  expect(traitsOf(plan)).toEqual([
    { cut_over: true, waits_for_signal: true, lane: null, grace_seconds: null },
    { cut_over: false, waits_for_signal: false, lane: null, grace_seconds: 60 },
  ]);
});
