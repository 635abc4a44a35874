import type { Operation, Step } from '../data/types.ts';

/** A step and an operation with everything that a test does not care about. */
export const exampleStep = (step: Partial<Step>): Step => ({
  index: 0,
  name: 'start etcd-1',
  phase: 'etcd',
  status: 'pending',
  duration_ms: null,
  detail: null,
  started_at: null,
  attempt: null,
  ended_at: null,
  progress: null,
  waiting_for: null,
  remedy: null,
  cut_over: false,
  waits_for_signal: false,
  lane: null,
  ...step,
});

/** Their indexes are where they stand. */
export const exampleSteps = (...steps: readonly Partial<Step>[]): readonly Step[] =>
  steps.map((step, index) => exampleStep({ name: `step ${index}`, ...step, index }));

export const exampleOperation = (operation: Partial<Operation>): Operation => ({
  id: '0b7c1d2e-0000-4000-8000-000000000001',
  workflow_id: 'pgrow/5c0ffee5-0000-4000-8000-000000000001',
  run_id: null,
  type: 'expand',
  database: 'shop',
  service_id: '5c0ffee5-0000-4000-8000-000000000001',
  from_stage: 2,
  to_stage: 3,
  status: 'running',
  actor: 'alice',
  reason: null,
  steps: [],
  started_at: '2026-01-01T10:00:00.000Z',
  ended_at: null,
  duration_ms: null,
  expected_stall_ms: 400,
  stall_ms: null,
  waiting_for: null,
  closes_window: null,
  point_of_no_return: null,
  nodes_added: [],
  nodes_removed: [],
  cost_before: { monthly_usd: 38, items: [] },
  cost_after: { monthly_usd: 80, items: [] },
  changes: [],
  warnings: [],
  checkpoint: null,
  error: null,
  current: null,
  estimated_duration_ms: null,
  request: null,
  abortable: { now: true, reason: null },
  cut_over: null,
  hand_over: null,
  ...operation,
});
