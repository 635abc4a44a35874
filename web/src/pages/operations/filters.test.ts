import { expect, test } from 'vitest';
import { exampleOperation } from '../../test/operations.ts';
import { operationsQuery, stallsOf } from './filters.ts';

test('the API is asked for what the address says', () => {
  expect(operationsQuery('')).toBe('operations?view=summary&limit=50');
  expect(operationsQuery('not_done')).toContain('&status=rolled_back,aborted,failed,needs_operator');
  expect(operationsQuery('toString')).toBe('operations?view=summary&limit=50');
});

test('stalls stand in the order in which they happened', () => {
  const operations = [300, null, 100, 200].map((stall_ms) => exampleOperation({ stall_ms }));
  expect(stallsOf(operations, 2)).toEqual([100, 300]);
});
