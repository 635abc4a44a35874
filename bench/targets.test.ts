import { expect, test } from 'vitest';
import type { OperationFigure } from './figures.ts';
import { summarize } from './summary.ts';
import { compareWithTargets } from './targets.ts';

const figure = (changes: Partial<OperationFigure>): OperationFigure => ({
  operation: 'switchover_ha',
  size: 'empty',
  repetition: 1,
  duration_ms: 2000,
  seen_ms: 2100,
  steps: [],
  overhead_per_step_ms: null,
  held_ms: null,
  clients: null,
  load: 1,
  ...changes,
});

const clients = (figures: { readonly failed: number; readonly lost: number }): OperationFigure['clients'] => ({
  endpoint: 'any',
  longest_stall_ms: 17_000,
  acknowledged: 100,
  latency_ms: null,
  ...figures,
});

const compared = (...operations: readonly OperationFigure[]) =>
  compareWithTargets(summarize({ operations, floors: [] })).map(({ figure: name, reached }) => ({ name, reached }));

test('what others do is measured, and held against no figure of ours', () => {
  const theirs = ['pg_auto_failover_standby', 'pg_auto_failover_switchover', 'pg_auto_failover_failover'] as const;
  expect(
    compared(...theirs.map((operation) => figure({ operation, clients: clients({ failed: 9, lost: 1 }) }))),
  ).toEqual([]);
});

test('the overhead is that of the worst operation which has steps of ours', () => {
  const operations = [
    figure({ operation: 'create', overhead_per_step_ms: 20 }),
    figure({ operation: 'jump', overhead_per_step_ms: 70 }),
    figure({ operation: 'patroni_failover' }),
  ];
  expect(compared(...operations)).toContainEqual({
    name: 'own overhead per step (most: jump, empty)',
    reached: false,
  });
});
