import { describe, expect, test } from 'vitest';
import { exampleOperation, exampleStep } from './example-operation.ts';
import { operationResult, operationTitle } from './operation-text.ts';
import { liveLines, plainLines } from './progress-display.ts';

const steps = [
  exampleStep({ name: 'start etcd-1', status: 'done', duration_ms: 1240 }),
  exampleStep({ name: 'clone postgres-2', phase: 'convert', status: 'running', detail: '312 of 755 MB copied' }),
  exampleStep({ name: 'hand over', phase: 'cut-over' }),
];

describe('the end of an operation, in words', () => {
  test('nothing to do: what is missing all the same', () => {
    const warnings = ['haproxy-2 is missing and left aside. Rebuild it: ./pgrow repair shop haproxy-2'];
    expect(operationResult(exampleOperation({ status: 'done', steps: [], warnings }))).toEqual([
      'expand shop: pooling -> ha: nothing to do, it is already as requested.',
      `Warning: ${warnings[0]}`,
    ]);
    expect(operationResult(exampleOperation({ type: 'repair', status: 'done', steps: [] }))[0]).toContain(
      'nothing to repair',
    );
  });

  test('done: how long, how long writes were held, until when it can be undone', () => {
    const checkpoint = {
      id: 'c1',
      operation_id: 'o1',
      stage: 1 as const,
      timestamp: '2026-01-01T10:00:00Z',
      snapshot_id: null,
      services_created: [],
      config_changes: [],
      health_check_endpoint: 'http://postgres-1:8008/cluster',
      rollback_available_until: '2026-01-01T10:30:00Z',
      status: 'open' as const,
    };
    const operation = exampleOperation({ status: 'done', steps, duration_ms: 9_400, stall_ms: 131, checkpoint });
    expect(operationResult(operation)).toEqual([
      'expand shop: pooling -> ha: done in 9.4 s.',
      'Writes were held for 131 ms.',
      'It can be rolled back until 2026-01-01T10:30:00Z.',
    ]);
  });

  test('done without a node: which one, and how to mend it', () => {
    const detail = 'haproxy-2 was left aside: it stopped (exit code 1). Mend it: ./pgrow repair shop haproxy-2';
    const began = [exampleStep({ name: 'start haproxy-2', status: 'done', detail })];
    const operation = exampleOperation({
      type: 'start',
      status: 'done',
      steps: began,
      warnings: ['of its plan', detail],
    });
    expect(operationResult(operation).slice(1)).toEqual([`Warning: ${detail}`]);
  });

  test('a state that was already reached is distinguished from work done', () => {
    expect(operationResult(exampleOperation({ status: 'done', to_stage: 1, duration_ms: 5 }))).toEqual([
      'expand shop: nothing to do, it is already as requested.',
    ]);
  });

  test('rolled back: the step that failed and why', () => {
    const error = {
      code: 'not_ready',
      message: 'etcd has no quorum: saw 1 of 3',
      step: 'wait for quorum',
      left_over: [],
    };
    expect(operationResult(exampleOperation({ status: 'rolled_back', duration_ms: 61_000, error }))).toEqual([
      'expand shop: pooling -> ha: rolled back in 1 min 1 s; everything is as it was before.',
      'Step "wait for quorum": etcd has no quorum: saw 1 of 3',
    ]);
  });

  test('needs an operator: what is left over and the command that finishes it', () => {
    const left_over = [{ what: 'volume pgrow-x-shop-etcd-1', command: 'docker volume rm pgrow-x-shop-etcd-1' }];
    const error = { code: 'needs_operator', message: 'Undo is incomplete', step: null, left_over };
    expect(operationResult(exampleOperation({ status: 'needs_operator', error })).at(-1)).toBe(
      'Left over: volume pgrow-x-shop-etcd-1. Finish with: docker volume rm pgrow-x-shop-etcd-1',
    );
  });

  test('a scale-down is named in words', () => {
    expect(operationTitle(exampleOperation({ type: 'scale_down', from_stage: 3, to_stage: 2 }))).toBe(
      'scale down shop: ha -> replicas',
    );
  });
});

describe('plain progress', () => {
  test('a line when a step begins, says something new, or ends, and none twice', () => {
    const printed: string[] = [];
    const display = plainLines((line) => printed.push(line));
    const at = (detail: string) => [steps[0]!, { ...steps[1]!, detail }, steps[2]!];
    display.show(exampleOperation({ steps: at('312 of 755 MB copied') }));
    display.show(exampleOperation({ steps: at('312 of 755 MB copied') }));
    display.show(exampleOperation({ steps: at('700 of 755 MB copied') }));
    expect(printed).toEqual([
      'expand shop: pooling -> ha',
      '[1 of 3] + etcd      start etcd-1  1.2 s',
      '[2 of 3] > convert   clone postgres-2  312 of 755 MB copied',
      '[2 of 3] > convert   clone postgres-2  700 of 755 MB copied',
    ]);
  });
});

describe('the live display', () => {
  const startedAt = new Map([[1, Date.parse('2026-01-01T10:00:03.000Z')]]);
  const now = Date.parse('2026-01-01T10:00:05.500Z');

  test('counts what is done and the time of what runs', () => {
    expect(liveLines(exampleOperation({ steps }), startedAt, now, 20)).toEqual([
      'expand shop: pooling -> ha   1 of 3 steps, 5.5 s',
      '[1 of 3] + etcd      start etcd-1  1.2 s',
      '[2 of 3] > convert   clone postgres-2  312 of 755 MB copied, 2.5 s',
      '[3 of 3]   cut-over  hand over',
    ]);
  });

  test('on a low terminal keeps the running step in sight', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      exampleStep({ name: `step ${index + 1}`, status: index < 25 ? 'done' : index === 25 ? 'running' : 'pending' }),
    );
    const lines = liveLines(exampleOperation({ steps: many }), new Map(), now, 10);
    expect(lines).toHaveLength(10);
    expect(lines.some((line) => line.includes('step 26'))).toBe(true);
  });
});

test('what was undone after it had closed a rollback window does not say that all is as before', () => {
  const closes_window = { of: 'expand', step: 0 };
  const ended = (status: 'pending' | 'undone') =>
    operationResult(exampleOperation({ status: 'rolled_back', closes_window, steps: [exampleStep({ status })] }))[0];
  expect(ended('pending')).toMatch(/as it was before\.$/);
  expect(ended('undone')).toMatch(/as it was before, but the rollback window of the last expand is closed\.$/);
});
