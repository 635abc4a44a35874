import { expect, test } from 'vitest';
import { spanOf, typicalTrace, type Trace } from './traces.ts';

const trace = (longest_stall_ms: number, operation: Trace['operation'] = 'failover'): Trace => ({
  operation,
  longest_stall_ms,
  began_at: 0,
  transactions: [],
});

test('the median stands for all repetitions, of two in the middle the worse, whatever came in which order', () => {
  const stallOf = (...stalls: number[]) =>
    typicalTrace([...stalls.map((stall) => trace(stall)), trace(1, 'patroni_failover')], 'failover')?.longest_stall_ms;
  expect(stallOf(900, 200, 300)).toBe(300);
  expect(stallOf(400, 100, 300, 200)).toBe(300);
  expect(stallOf(700)).toBe(700);
  expect(stallOf()).toBeUndefined();
});

test('both sides of a comparison are kept for the same time; what is not drawn is not kept', () => {
  expect(spanOf('switchover_ha')).toEqual(spanOf('patroni_switchover'));
  expect(spanOf('failover')).toEqual(spanOf('patroni_failover'));
  expect(spanOf('switchover_replicas')).toBeNull();
});
