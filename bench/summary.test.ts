import { expect, test } from 'vitest';
import type { ClientFigure, OperationFigure } from './figures.ts';
import { summarize } from './summary.ts';

const clientsWith = (figure: Partial<ClientFigure>): ClientFigure => ({
  endpoint: 'pooled',
  longest_stall_ms: 100,
  acknowledged: 1000,
  failed: 0,
  latency_ms: { p50: 3, p90: 5, p99: 20, max: 100 },
  lost: 0,
  ...figure,
});

const switchover = (clients: ClientFigure | null, repetition = 1): OperationFigure => ({
  operation: 'switchover_ha',
  size: 'empty',
  repetition,
  duration_ms: 2000,
  seen_ms: 2100,
  steps: [],
  overhead_per_step_ms: 10,
  held_ms: 90,
  clients,
  load: 1,
});

const summaryOf = (...clients: (ClientFigure | null)[]) =>
  summarize({ operations: clients.map((each, index) => switchover(each, index + 1)), floors: [] }).operations[0]!;

test('each percentile is spread over the repetitions by itself', () => {
  const summary = summaryOf(
    clientsWith({ longest_stall_ms: 150, latency_ms: { p50: 2, p90: 9, p99: 30, max: 150 } }),
    clientsWith({ longest_stall_ms: 250, latency_ms: { p50: 4, p90: 5, p99: 20, max: 250 } }),
    clientsWith({ longest_stall_ms: 200, latency_ms: { p50: 3, p90: 7, p99: 10, max: 200 } }),
  );
  expect(summary.latency_ms).toEqual({
    p50: { min: 2, median: 3, max: 4 },
    p90: { min: 5, median: 7, max: 9 },
    p99: { min: 10, median: 20, max: 30 },
    max: { min: 150, median: 200, max: 250 },
  });
  expect(summary.longest_stall_ms).toEqual({ min: 150, median: 200, max: 250 });
});

test('failures and losses are counted over all repetitions; one that could not be looked up is no zero', () => {
  expect(summaryOf(clientsWith({ failed: 2 }), clientsWith({ failed: 3 }))).toMatchObject({ failed: 5, lost: 0 });
  expect(summaryOf(clientsWith({ lost: 1 }), clientsWith({ lost: null }))).toMatchObject({ lost: null });
});

test('where no one wrote there is neither stall nor latency', () => {
  expect(summaryOf(null)).toMatchObject({ longest_stall_ms: null, latency_ms: null, acknowledged: 0 });
});
