import { expect, test } from 'vitest';
import { exampleOperation, exampleStep, exampleSteps } from '../../test/operations.ts';
import { isOpenAtFirst, phasesOf, stateOf, stateOfPhase, tookMs } from './steps.ts';

const condition = { kind: 'condition', since: '2026-01-01T10:00:00.000Z', until: null, says: 'it is up' } as const;

test.each([
  [{ status: 'pending' }, 'pending'],
  [{ status: 'running' }, 'running'],
  [{ status: 'running', waiting_for: condition }, 'running'],
  [{ status: 'running', waiting: true }, 'waits'],
  [{ status: 'running', attempt: 2 }, 'helped'],
  [{ status: 'running', remedy: 'starts it again' }, 'helped'],
  [{ status: 'done', attempt: 2 }, 'done'],
  [{ status: 'undo_failed' }, 'undo_failed'],
] as const)('%o is %s', (step, state) => expect(stateOf(exampleStep(step))).toBe(state));

test('steps of lanes of one group stand side by side, whatever their phases', () => {
  const lane = (number: number) => ({ group: 0, number });
  const phases = phasesOf(
    exampleSteps(
      { phase: 'etcd' },
      { phase: 'convert', lane: lane(0) },
      { phase: 'convert', lane: lane(0) },
      { phase: 'snapshot', lane: lane(1) },
      { phase: 'routing' },
      { phase: 'routing', lane: { group: 1, number: 0 } },
    ),
  );
  expect(phases.map(({ names }) => names.join(', '))).toEqual(['etcd', 'convert, snapshot', 'routing']);
  const [beside] = phases[1]!.parts;
  expect(beside && 'lanes' in beside && beside.lanes.map(({ steps }) => steps.map(({ index }) => index))).toEqual([
    [1, 2],
    [3],
  ]);
  // One lane alone stands beside nothing.
  expect(phases[2]!.parts.every((part) => 'step' in part)).toBe(true);
});

test('a phase shows what is most worth knowing of its steps', () => {
  const of = (...states: readonly ('done' | 'pending' | 'running' | 'failed' | 'undone')[]) =>
    stateOfPhase(phasesOf(exampleSteps(...states.map((status) => ({ status }))))[0]!);
  expect(of('done', 'done')).toBe('done');
  expect(of('done', 'pending')).toBe('running');
  expect(of('done', 'running', 'pending')).toBe('running');
  expect(of('undone', 'failed')).toBe('failed');
  expect(of('undone', 'done')).toBe('undone');
  expect(of('pending')).toBe('pending');
});

test('what runs, comes next or was the cause is unfolded', () => {
  const steps = exampleSteps({ phase: 'a', status: 'done' }, { phase: 'b', name: 'start b', status: 'undone' });
  const [a, b] = phasesOf(steps);
  const ended = exampleOperation({ steps, status: 'rolled_back' });
  expect(isOpenAtFirst(b!, ended)).toBe(false);
  const error = { code: 'timeout', message: 'it never answered', step: 'start b', left_over: [] };
  expect(isOpenAtFirst(b!, { ...ended, error })).toBe(true);
  expect(isOpenAtFirst(a!, { ...ended, error })).toBe(false);
  const [next] = phasesOf(exampleSteps({ status: 'pending' }));
  expect(isOpenAtFirst(next!, exampleOperation({ current: 0 }))).toBe(true);
});

test('lanes that ran side by side are counted once', () => {
  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
  const [phase] = phasesOf(
    exampleSteps(
      { status: 'done', started_at: at(0), ended_at: at(9), lane: { group: 0, number: 0 } },
      { status: 'done', started_at: at(1), ended_at: at(5), lane: { group: 0, number: 1 } },
    ),
  );
  expect(tookMs(phase!)).toBe(9000);
});
