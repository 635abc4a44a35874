import { expect, test } from 'vitest';
import type { Transaction } from '../../src/workload/clients.ts';
import { panelOf, withoutOverlap } from './panels.ts';
import type { PanelSpec, Trace } from './traces.ts';

const spec: PanelSpec = {
  title: 'Switchover',
  span: { from_ms: -1000, to_ms: 5000 },
  series: [
    { operation: 'switchover_ha', name: 'ours' },
    { operation: 'patroni_switchover', name: 'theirs' },
  ],
};

const transaction = (began_at: number, outcome: Transaction['outcome'], latency_ms = 3): Transaction => ({
  began_at,
  latency_ms,
  outcome,
});

const trace = (operation: Trace['operation'], transactions: readonly Transaction[]): Trace => ({
  operation,
  longest_stall_ms: 200,
  began_at: 60_000,
  transactions,
});

test('transactions are told by the seconds after the move at which they began, those that failed apart', () => {
  const panel = panelOf(spec, [
    trace('patroni_switchover', []),
    trace('switchover_ha', [
      transaction(59_500, 'acknowledged'),
      transaction(60_100, 'acknowledged', 230),
      transaction(60_200, 'failed', 7),
    ]),
  ]);
  expect(panel).toMatchObject({ title: 'Switchover', from_s: -1, to_s: 5 });
  expect(panel.series.map(({ name }) => name)).toEqual(['ours', 'theirs']);
  expect(panel.series[0]).toMatchObject({
    longest_stall_ms: 200,
    acknowledged: [
      { at_s: -0.5, latency_ms: 3 },
      { at_s: 0.1, latency_ms: 230 },
    ],
    failed: [{ at_s: 0.2, latency_ms: 7 }],
  });
});

test('what began before or after the span is left out', () => {
  const transactions = [58_999, 59_000, 65_000, 65_001].map((at) => transaction(at, 'acknowledged'));
  const panel = panelOf(spec, [trace('switchover_ha', transactions), trace('patroni_switchover', [])]);
  expect(panel.series[0]?.acknowledged.map(({ at_s }) => at_s)).toEqual([-1, 5]);
});

test('a move that was not measured cannot be drawn', () => {
  expect(() => panelOf(spec, [trace('switchover_ha', [])])).toThrow('no trace of patroni_switchover');
});

test('dots that cover each other become one; every square that has any keeps one', () => {
  const dots = [
    { x: 10.2, y: 20.1 },
    { x: 9.6, y: 19.9 },
    { x: 12.3, y: 20 },
  ];
  expect(withoutOverlap(dots, 2)).toEqual([
    { x: 10, y: 20 },
    { x: 12, y: 20 },
  ]);
});
