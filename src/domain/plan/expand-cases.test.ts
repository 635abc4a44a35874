import { describe, expect, test } from 'vitest';
import {
  grown,
  planned,
  pooling,
  replicas,
  sessionPooling,
  single,
  startNamed,
  starts,
  type Grown,
  type Request,
} from '../../../test/support/grown-databases.ts';
import type { Plan } from '../plan.ts';
import { nodesOf } from '../topology.ts';

test.each([
  ['pooling', { target: 'pooling' }],
  ['one replica', { target: 'replicas' }],
  ['ha', { target: 'ha' }],
  ['ha, pooled', { target: 'pooling' }],
  ['ha, pooled', { target: 'ha', pooling }],
] as const)('%s reached already: no steps, no warnings, nothing to close', (name, request) => {
  const { database } = startNamed(name);
  expect(planned(database, { ...request, closesWindowOf: 'expand' })).toMatchObject({
    steps: [],
    order: [],
    on_close: [],
    warnings: [],
    nodes_added: [],
    nodes_removed: [],
    expected_stall_ms: 0,
    estimated_duration_minutes: 0,
    snapshot: null,
  });
});

test.each(starts.filter(([, { database }]) => database.topology.stage === 3))(
  '%s is not grown to replicas',
  (_, start) => {
    expect(() => planned(start.database, { target: 'replicas' })).toThrow(
      /Cannot expand shop to replicas: it is at stage 3 \(ha\).*Scale it down/,
    );
  },
);

test('what was kept for a rollback is not part of the next topology: its checkpoint is closed by then', () => {
  const { database } = single();
  const { to } = planned(database, { target: 'ha' });
  expect(to!.kept.map(({ name }) => name)).toEqual(['postgres-1']);
  const open = { ...database, topology: to! };
  const next = planned(open, { target: 'pooling', closesWindowOf: 'expand' });
  const recorded = next.steps.flatMap(({ run }) => (run.action === 'recordTopology' ? [run.input.topology] : []));
  expect([next.to, ...recorded].map((topology) => topology?.kept)).toEqual([[], []]);
  expect(planned(open, { target: 'ha' }).to).toEqual(to);
});

test('other options than those of the stage reached are named, each with what it is', () => {
  const { database } = startNamed('one replica');
  const wanted = replicas({ count: 3, load_balancing: 'least_connections' });
  expect(() => planned(database, { target: 'replicas', replicas: wanted })).toThrow(
    /count is 1, asked for 3, load_balancing is round_robin, asked for least_connections/,
  );
});

describe('stages on the way', () => {
  const stageAndCost = ({ to, cost_before, cost_after }: Plan) => [
    to!.stage,
    cost_before.monthly_usd,
    cost_after.monthly_usd,
  ];
  test.each<readonly [string, Request, readonly number[]]>([
    ['single', { target: 'pooling' }, [1, 15, 18]],
    ['single', { target: 'replicas' }, [2, 15, 35]],
    ['single', { target: 'replicas', pooling }, [2, 15, 38]],
    ['single', { target: 'ha' }, [3, 15, 77]],
    ['pooling', { target: 'ha' }, [3, 18, 80]],
    ['one replica', { target: 'pooling' }, [2, 35, 38]],
    ['ha', { target: 'pooling' }, [3, 77, 80]],
  ])('from %s with %j', (name, request, expected) => {
    expect(stageAndCost(planned(startNamed(name).database, request))).toEqual(expected);
  });
});

describe('warnings', () => {
  const of = (start: Grown, request: Request) => planned(start.database, request).warnings;
  const sessionEnds = /^With transaction pooling a session ends with each transaction.*LISTEN.*--direct/;
  const refusedByPooler = /^PgBouncer refuses connections that set statement_timeout/;
  const noFailover = 'Stage 2 has no consensus store, hence no automatic failover.';

  test('a rollback window that will be closed is named first, with the step', () => {
    expect(of(single(), { target: 'pooling', closesWindowOf: 'expand' })).toEqual([
      expect.stringMatching(/^Closes the rollback window of the last expand at step 1, "start pgbouncer-1"/),
      expect.stringMatching(refusedByPooler),
      expect.stringMatching(sessionEnds),
    ]);
  });

  test.each<readonly [string, Grown, Request, readonly RegExp[]]>([
    ['pooling', single(), { target: 'pooling' }, [refusedByPooler, sessionEnds]],
    [
      'session pooling',
      single(),
      { target: 'pooling', pooling: sessionPooling },
      [refusedByPooler, /^Session pooling cannot be paused/],
    ],
    ['replicas', single(), { target: 'replicas' }, [new RegExp(noFailover)]],
    ['ha without pooling', single(), { target: 'ha' }, [/^Pooling is off: sessions are reset once/]],
    [
      'ha with pooling',
      single(),
      { target: 'ha', pooling },
      [refusedByPooler, sessionEnds, /^Sessions that do not go through PgBouncer/],
    ],
  ])('%s', (_, start, request, expected) => {
    const warnings = of(start, request);
    expect(warnings).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(warnings[index]).toMatch(pattern));
  });
});

describe('ha', () => {
  const plan = planned(grown({ target: 'replicas', replicas: replicas({ count: 2 }) }).database, { target: 'ha' });

  test('has three of each, numbered past what it follows, and keeps the old side', () => {
    const names = (kind: 'postgres' | 'etcd' | 'haproxy') => nodesOf(plan.to!, kind).map(({ name }) => name);
    expect(names('postgres')).toEqual(['postgres-4', 'postgres-5', 'postgres-6']);
    expect(names('etcd')).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
    expect(names('haproxy')).toEqual(['haproxy-1', 'haproxy-2', 'haproxy-3']);
    expect(plan.to!.kept.map(({ name }) => name)).toEqual(['postgres-1', 'postgres-2', 'postgres-3']);
    expect(plan.to!.primary).toBe('postgres-4');
  });

  test('removes replicas before the primary they follow when the checkpoint closes', () => {
    expect(plan.on_close.map(({ action, input }) => ('node' in input ? input.node.name : action))).toEqual([
      'postgres-2',
      'postgres-3',
      'postgres-1',
      'removePermanentSlot',
    ]);
  });

  test('waits for every member to be less than a mebibyte behind whom it follows', () => {
    const waits = plan.steps.flatMap(({ run }) => (run.action === 'waitUntilStreaming' ? [run.input] : []));
    expect(waits.map(({ node, from, lag_limit_bytes }) => [node.name, from.name, lag_limit_bytes])).toEqual([
      ['postgres-4', 'postgres-1', 1_048_576],
      ['postgres-5', 'postgres-4', 1_048_576],
      ['postgres-6', 'postgres-4', 1_048_576],
    ]);
  });

  test('never uses the scope and token of another attempt again', () => {
    const { database } = single();
    const scopes = [planned(database, { target: 'ha' }), planned(database, { target: 'ha' })].map(({ to }) => to!.ha);
    expect(scopes[0]?.scope).not.toBe(scopes[1]?.scope);
    expect(scopes[0]?.etcd_token).not.toBe(scopes[1]?.etcd_token);
  });
});
