import { expect, test } from 'vitest';
import { exampleOperation, exampleSteps } from '../../test/operations.ts';
import { countOf, isGoingBack, resultOf, sameAgain, sentenceOf, timesOf, titleOf, waitOf } from './standing.ts';

const began = Date.parse('2026-01-01T10:00:00.000Z');

test('the title names the stages that it leads from and to, where they differ', () => {
  expect(titleOf(exampleOperation({}))).toBe('expand shop: replicas → high availability');
  expect(titleOf(exampleOperation({ type: 'set_pooling', to_stage: 2 }))).toBe('set pooling shop');
});

test('it counts the step that it has come to; on its way back, what is still there', () => {
  const steps = exampleSteps({ status: 'done' }, { status: 'running' }, {});
  expect(countOf(exampleOperation({ steps, current: 1 }))).toEqual({ at: 2, of: 3 });
  const back = exampleOperation({ steps: exampleSteps({ status: 'done' }, { status: 'failed' }, {}), current: 2 });
  expect(isGoingBack(back)).toBe(true);
  expect(countOf(back)).toEqual({ at: 1, of: 3 });
});

test('what is left is said only while nothing holds it up', () => {
  const operation = exampleOperation({ estimated_duration_ms: 30_000 });
  expect(timesOf(operation, began + 18_000)).toEqual({ elapsedMs: 18_000, leftMs: 12_000 });
  expect(timesOf({ ...operation, waiting_for: 'the signal' }, began + 18_000).leftMs).toBeNull();
  expect(timesOf(operation, began + 40_000).leftMs).toBeNull();
  expect(timesOf({ ...operation, duration_ms: 5000, status: 'done' }, began + 40_000)).toEqual({
    elapsedMs: 5000,
    leftMs: null,
  });
});

test('a sentence says where it stands', () => {
  const wait = { kind: 'cutover', since: '', until: null, says: 'ready to cut over: lag 0 B' } as const;
  const steps = exampleSteps(
    { status: 'done' },
    { name: 'hand over', status: 'running', waiting: true, waiting_for: wait },
  );
  const waits = exampleOperation({ steps, current: 1, waiting_for: 'the signal' });
  expect(sentenceOf(waits)).toBe('2 of 2: hand over, waits: ready to cut over: lag 0 B');
  expect(waitOf(waits, 'cutover')).toEqual(wait);
  expect(waitOf(waits, 'grace')).toBeNull();
  expect(sentenceOf(exampleOperation({ waiting_for: 'a worker; none has asked for work' }))).toBe(
    'Accepted, waits for a worker; none has asked for work',
  );
});

test('the end is said as the command line says it', () => {
  const ended = exampleOperation({ status: 'rolled_back', duration_ms: 3100, steps: exampleSteps({}) });
  expect(resultOf(ended)).toBe('rolled back in 3.1 s; everything is as it was before.');
  const closed = {
    ...ended,
    closes_window: { of: 'set_replicas', step: 0 },
    steps: exampleSteps({ status: 'undone' }),
  };
  expect(resultOf(closed)).toContain('but the rollback window of the last set replicas is closed.');
  expect(resultOf(exampleOperation({ type: 'repair', status: 'done' }))).toBe('nothing to repair.');
});

test.each([
  ['POST', '/v1/projects/default/services/5c0f/postgres/ha', { failover_time: 30 }, 'ha'],
  ['POST', '/v1/projects/default/services', { name: 'shop' }, 'create'],
  ['DELETE', '/v1/projects/default/services/5c0f?confirm=shop', null, 'destroy'],
] as const)('%s %s asks for the same again', (method, route, body, kind) => {
  expect(sameAgain({ request: { method, route, body } })).toEqual({ kind, body: body ?? {} });
});

test('what cannot be asked for has no button', () => {
  expect(sameAgain({ request: null })).toBeNull();
  expect(sameAgain({ request: { method: 'POST', route: '/v1/elsewhere', body: null } })).toBeNull();
});
