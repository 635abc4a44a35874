import { expect, test } from 'vitest';
import type { OperationFigure } from './figures.ts';
import { withLosses } from './measure-move.ts';

const moves = (...operations: string[]) =>
  operations.map((operation) => ({ figure: { operation, clients: {} } as OperationFigure }));

// Twelve writes lost in ten failovers of one run used to be told as 120.
test('what a run has lost is told once for each kind of move', () => {
  const told = withLosses(moves('failover', 'failover', 'switchover_ha', 'failover'), 12);
  expect(told.map(({ clients }) => clients?.lost)).toEqual([0, 0, 12, 12]);
});

test('what could not be found out is told of every move', () => {
  expect(withLosses(moves('failover', 'failover'), null).map(({ clients }) => clients?.lost)).toEqual([null, null]);
});
