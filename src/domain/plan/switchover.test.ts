import { describe, expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase, singleTopology } from '../../../test/support/sample-database.ts';
import type { Candidate } from '../live-state.ts';
import { haOptions, poolingOptions, replicaOptions } from '../options.ts';
import { frontConfig } from '../routes.ts';
import { nodeNamed, type Topology } from '../topology.ts';
import { planSwitchover, type SwitchoverPlanInput } from './switchover.ts';

const fit = (name: string, change: Partial<Candidate> = {}): Candidate => ({
  name,
  state: 'streaming',
  lag_bytes: 0,
  synchronous: false,
  ...change,
});

const shopAt = (topologyOf: typeof singleTopology, change: Partial<Topology> = {}) => {
  const shop = sampleDatabase('shop');
  return { ...shop, topology: { ...topologyOf(shop), ...change } };
};

const plan = (change: Partial<SwitchoverPlanInput> = {}) =>
  planSwitchover({
    database: shopAt(haTopology),
    target: null,
    on_obstacle: 'refuse',
    leader: 'postgres-2',
    candidates: [fit('postgres-3', { lag_bytes: 2048 }), fit('postgres-4')],
    closesWindowOf: null,
    ...change,
  });

const handOverOf = ({ steps }: ReturnType<typeof plan>) => {
  const call = steps.find(({ run }) => run.action === 'cutOver')?.run;
  return call?.action === 'cutOver' ? call.input : null;
};

describe('who takes over', () => {
  test('the replica that is least behind, unless one is named', () => {
    expect(handOverOf(plan())?.to.name).toBe('postgres-4');
    expect(handOverOf(plan({ target: 'postgres-3' }))?.to.name).toBe('postgres-3');
  });

  test('from the current leader, whatever was recorded', () => {
    const candidates = [fit('postgres-2'), fit('postgres-3')];
    expect(handOverOf(plan({ leader: 'postgres-4', candidates }))?.from.name).toBe('postgres-4');
  });

  test('the one that leads already is success and touches nothing', () => {
    expect(plan({ target: 'postgres-2' }).steps).toEqual([]);
  });

  test.each([
    ['a node that is no replica', { target: 'postgres-9' }, 'postgres-9 is not a replica of shop'],
    [
      'a replica that lags',
      { target: 'postgres-3', candidates: [fit('postgres-3', { lag_bytes: 9e6 })] },
      '9000000 bytes',
    ],
    ['a replica that catches up', { candidates: [fit('postgres-3', { state: 'catchup' })] }, 'does not stream'],
    ['nobody in sight', { candidates: [] }, 'postgres-3 does not stream; postgres-4 does not stream'],
  ] as const)('%s is refused', (_, change, reason) => {
    expect(() => plan(change)).toThrow(reason);
  });

  test('what lags may be waited for', () => {
    expect(handOverOf(plan({ target: 'postgres-3', candidates: [], on_obstacle: 'wait' }))?.to.name).toBe('postgres-3');
  });

  test('in a sync mode only who confirms commits, however patient or forceful one is', () => {
    const database = shopAt(haTopology, {
      ha: { ...haOptions.parse({ sync_mode: 'sync_one' }), scope: 'shop', etcd_token: 'token' },
    });
    const candidates = [fit('postgres-3'), fit('postgres-4', { synchronous: true, lag_bytes: 512 })];
    expect(handOverOf(plan({ database, candidates }))?.to.name).toBe('postgres-4');
    for (const on_obstacle of ['refuse', 'wait', 'force'] as const)
      expect(() => plan({ database, candidates, target: 'postgres-3', on_obstacle })).toThrow('synchronous standby');
  });

  test('session pooling needs force', () => {
    const database = shopAt(haTopology, { pooling: poolingOptions.parse({ pool_mode: 'session' }) });
    expect(() => plan({ database })).toThrow('Session pooling');
    expect(handOverOf(plan({ database, on_obstacle: 'force' }))).not.toBeNull();
  });

  test('a single instance has no one', () => {
    expect(() => plan({ database: shopAt(singleTopology), leader: 'postgres-1' })).toThrow('nothing to switch over to');
  });
});

test('at stage 3 nothing but the leader changes', () => {
  const { from, to, point_of_no_return } = plan();
  expect(to).toEqual({ ...from, primary: 'postgres-4' });
  expect(point_of_no_return).toBe('hand over from postgres-2 to postgres-4');
});

describe('at stage 2', () => {
  const atStage2 = (change: Partial<Topology> = {}) =>
    plan({
      database: shopAt(replicaTopology, change),
      leader: 'postgres-1',
      candidates: [fit('postgres-2', { synchronous: true })],
    });

  test('the old primary follows the new one, through a slot that was there before', () => {
    const { to, steps } = atStage2();
    expect(to?.primary).toBe('postgres-2');
    expect(nodeNamed(to!, 'postgres-2')).toMatchObject({ mode: 'primary' });
    expect(nodeNamed(to!, 'postgres-2').source).toBeUndefined();
    expect(nodeNamed(to!, 'postgres-1')).toMatchObject({
      mode: 'replica',
      source: { node: 'postgres-2', slot: 'postgres_1' },
    });
    const actions = steps.map(({ run }) => run.action);
    expect(actions.indexOf('ensureReplicationSlot')).toBeLessThan(actions.indexOf('cutOver'));
  });

  test('synchronous commits stay so', () => {
    const { steps } = atStage2({ replicas: replicaOptions.parse({ replication_mode: 'sync' }) });
    expect(steps.map(({ name }) => name)).toContain('commit only when a replica confirms');
  });

  // Without a router in between, clients would have to be sent to the new primary while they wait.
  test('without HAProxy one is there for as long as writes move', () => {
    const { nodes, ...rest } = replicaTopology(sampleDatabase('shop'));
    const without = { ...rest, nodes: nodes.filter(({ kind }) => kind !== 'haproxy') };
    const result = atStage2({ ...without, replicas: replicaOptions.parse({ enable_haproxy: false }) });
    expect(handOverOf(result)?.routers.map(({ name }) => name)).toEqual(['haproxy-1']);
    expect(result.nodes_added).toEqual([]);
    const names = result.steps.map(({ name }) => name);
    expect(names.indexOf('start haproxy-1')).toBeLessThan(names.indexOf('hand over from postgres-1 to postgres-2'));
    expect(names).toContain('remove haproxy-1');
    expect(frontConfig(result.to!).routes.postgres).toEqual({ nodes: ['postgres-2'], port: 5432 });
  });
});
