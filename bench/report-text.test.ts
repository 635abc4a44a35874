import { expect, test } from 'vitest';
import type { OperationFigure } from './figures.ts';
import type { Machine } from './machine.ts';
import { reportText } from './report-text.ts';
import { summarize } from './summary.ts';

const machine: Machine = {
  cores: 2,
  processor: 'some',
  memory_gb: 24,
  kernel: 'Linux',
  node: 'v24',
  postgres: '17.11',
  images: {},
  load_at_end: [1],
  at: '2026-01-01T00:00:00Z',
};

const measured = (clients: OperationFigure['clients']): OperationFigure => ({
  operation: 'pg_auto_failover_switchover',
  size: 'empty',
  repetition: 1,
  duration_ms: 2000,
  seen_ms: 2000,
  steps: [],
  overhead_per_step_ms: null,
  held_ms: null,
  clients,
  load: 1,
});

const report = (figure: OperationFigure) =>
  reportText({ machine, repetitions: 1, summary: summarize({ operations: [figure], floors: [] }), targets: [] });

test('tells the percentiles of the latency beside the longest gap', () => {
  const latency_ms = { p50: 2.5, p90: 4, p99: 21.3, max: 1234 };
  const clients = { endpoint: 'read-write', longest_stall_ms: 1230, acknowledged: 800, failed: 9, latency_ms, lost: 0 };
  const rows = report(measured(clients)).filter((line) => line.includes("pg_auto_failover's switchover"));
  expect(rows).toHaveLength(2);
  // No one's steps but ours have an overhead.
  expect(rows[0]).toMatch(/1230 \/ 1230 \/ 1230 +800 +9 +0 +- /);
  expect(rows[1]).toMatch(/2\.5 \/ 2\.5 \/ 2\.5 +4\.0 .* +21\.3 .* +1234\.0 .* 800$/);
});

test('has no table of latencies when no one wrote', () => {
  const lines = report(measured(null));
  expect(lines.filter((line) => line.includes("pg_auto_failover's switchover"))).toHaveLength(1);
  expect(lines.join('\n')).not.toContain('P99');
});
