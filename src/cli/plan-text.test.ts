import { expect, test } from 'vitest';
import { planText, type PlanView } from './plan-text.ts';

const plan: PlanView = {
  digest: '3f'.repeat(32),
  type: 'expand',
  database: 'shop',
  from_stage: 1,
  to_stage: 3,
  steps: [
    { phase: 'etcd', name: 'start etcd-1' },
    { phase: 'etcd', name: 'wait until etcd has a quorum' },
    { phase: 'cut-over', name: 'hand over' },
  ],
  nodes_added: ['etcd-1', 'postgres-2'],
  nodes_removed: ['postgres-1'],
  cost_before: { monthly_usd: 18, items: [] },
  cost_after: { monthly_usd: 80, items: [] },
  expected_stall_ms: 400,
  point_of_no_return: 'hand over',
  losses: [],
  endpoints: [
    { name: 'postgres', effect: 'reset', says: 'connections end once; the next connect succeeds' },
    { name: 'pooled', effect: 'waits', says: 'waits about 400 ms; no transaction fails' },
    { name: 'read_write', effect: 'new', says: 'new' },
  ],
  warnings: ['Sessions that do not go through PgBouncer are reset once.'],
  estimated_duration_minutes: 1,
};

test('a plan shows its steps by phase, what it changes, costs, stalls and cannot undo', () => {
  expect(planText(plan)).toEqual([
    'Plan for shop: pooling -> ha',
    '',
    '1  etcd      start etcd-1',
    '2            wait until etcd has a quorum',
    '3  cut-over  hand over   <- point of no return',
    '',
    'Nodes added           etcd-1, postgres-2',
    'Nodes removed         postgres-1',
    'Cost per month        $18 -> $80',
    'Expected write stall  about 400 ms',
    'Point of no return    hand over',
    'Estimated duration    1 min',
    `Digest                ${'3f'.repeat(32)}`,
    '',
    'Endpoints',
    '  direct      connections end once; the next connect succeeds',
    '  pooled      waits about 400 ms; no transaction fails',
    '  read-write  new',
    '',
    'Warning: Sessions that do not go through PgBouncer are reset once.',
  ]);
});

test('what an older API does not put into words is shown by its name', () => {
  const endpoints = plan.endpoints.map(({ name, effect }) => ({ name, effect }));
  expect(planText({ ...plan, endpoints }).slice(14, 18)).toEqual([
    'Endpoints',
    '  direct      reset',
    '  pooled      waits',
    '  read-write  new',
  ]);
});

test('a change shows what becomes different, and how each takes effect', () => {
  const change: PlanView = {
    ...plan,
    type: 'change',
    to_stage: 1,
    changes: [
      { subject: 'memory', name: null, from: '1 GiB', to: '4 GiB', takes_effect: 'hand_over' },
      { subject: 'setting', name: 'work_mem', from: '4MB', to: '64MB', takes_effect: 'live' },
      { subject: 'storage', name: null, from: null, to: '50 GiB', takes_effect: 'recorded' },
    ],
  };
  expect(planText(change).slice(0, 6)).toEqual([
    'Plan for shop: pooling -> pooling',
    '',
    'memory            1 GiB -> 4 GiB  by hand-over',
    'setting work_mem  4MB -> 64MB     live',
    'storage           none -> 50 GiB  recorded',
    '',
  ]);
});

test('a plan without steps says that there is nothing to do', () => {
  expect(planText({ ...plan, to_stage: 1, steps: [], warnings: [] })).toEqual([
    'Plan for shop: pooling -> pooling',
    'Nothing to do: it is already as requested.',
  ]);
});

test('what can be undone to the end and stalls nothing says so', () => {
  const text = planText({ ...plan, expected_stall_ms: 0, point_of_no_return: null });
  expect(text).toContain('Expected write stall  none');
  expect(text).toContain('Point of no return    none: everything can be undone');
});
