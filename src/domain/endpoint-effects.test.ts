import { expect, test } from 'vitest';
import { grown, pooling, planned, sessionPooling } from '../../test/support/grown-databases.ts';
import { effectsOnEndpoints, sayStall } from './endpoint-effects.ts';
import type { Plan } from './plan.ts';

const effects = (plan: Parameters<typeof effectsOnEndpoints>[0]): Record<string, string> =>
  Object.fromEntries(effectsOnEndpoints(plan).map(({ name, effect }) => [name, effect]));

const atReplicas = grown({ target: 'replicas', pooling }).database;
/** A change of a database that stays as it is, besides. */
const change = (plan: Partial<Plan>): Parameters<typeof effectsOnEndpoints>[0] => ({
  type: 'set_replicas',
  from: atReplicas.topology,
  to: atReplicas.topology,
  steps: [{} as Plan['steps'][number]],
  expected_stall_ms: 0,
  nodes_removed: [],
  ...plan,
});

test('a jump to ha: the pooled endpoint waits, direct connections end once, the rest is new', () => {
  const { database } = grown({ target: 'pooling' });
  expect(effects(planned(database, { target: 'ha' }))).toEqual({
    postgres: 'reset',
    pooled: 'waits',
    pooled_read_only: 'new',
    read_write: 'new',
    read_only: 'new',
    any_node: 'new',
  });
});

test('sessions that keep their server end with it, through PgBouncer as well', () => {
  const { database } = grown({ target: 'pooling', pooling: sessionPooling });
  expect(effects(planned(database, { target: 'ha' }))).toMatchObject({ pooled: 'reset' });
});

test('what grows without a hand-over changes nothing that is there', () => {
  const { database } = grown({ target: 'pooling' });
  expect(effects(planned(database, { target: 'replicas' }))).toMatchObject({
    postgres: 'unchanged',
    pooled: 'unchanged',
    read_write: 'new',
  });
});

test('a database that is made or destroyed, stopped or started', () => {
  expect(effects(change({ type: 'create', from: null }))).toMatchObject({ postgres: 'new', pooled: 'new' });
  expect(effects(change({ type: 'destroy', to: null }))).toMatchObject({ postgres: 'removed', any_node: 'removed' });
  expect(effects(change({ type: 'stop' }))).toMatchObject({ postgres: 'down', read_only: 'down' });
  expect(effects(change({ type: 'start' }))).toMatchObject({ postgres: 'up' });
  expect(effects(change({ type: 'stop', steps: [] }))).toMatchObject({ postgres: 'unchanged' });
});

test('who loses a replica loses readers, who loses the router loses what came through it, a repair may be of either', () => {
  expect(effects(change({ nodes_removed: ['postgres-2'] }))).toMatchObject({
    postgres: 'unchanged',
    read_write: 'unchanged',
    read_only: 'may_reset',
  });
  expect(effects(change({ type: 'repair' }))).toMatchObject({ postgres: 'may_reset', pooled: 'may_reset' });
  expect(effects(change({ type: 'reinitialize' }))).toMatchObject({ pooled: 'unchanged', any_node: 'may_reset' });
  const { topology } = grown({ target: 'pooling' }).database;
  expect(effects(change({ type: 'scale_down', to: topology, nodes_removed: ['postgres-2', 'haproxy-1'] }))).toEqual({
    postgres: 'may_reset',
    pooled: 'unchanged',
    pooled_read_only: 'leads_on',
    read_write: 'leads_on',
    read_only: 'leads_on',
    any_node: 'leads_on',
  });
});

test('what is said of a wait has its length, and promises nothing for what ran on a primary that is killed', () => {
  const said = (plan: Partial<Plan>) =>
    effectsOnEndpoints(change({ expected_stall_ms: 400, ...plan })).find(({ name }) => name === 'pooled')?.says;
  expect(said({ type: 'switchover' })).toBe('waits about 400 ms; no transaction fails');
  expect(said({ type: 'failover' })).toBe('waits about 400 ms; transactions on the old primary fail');
  expect(sayStall({ type: 'stop', expected_stall_ms: 0 })).toBe('until it is started again');
  expect(sayStall({ type: 'expand', expected_stall_ms: 0 })).toBe('none');
});
