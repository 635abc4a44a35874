import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createDatabaseInput, expandInput } from './inputs.ts';
import { haOptions, operationOptions, patienceOf, poolingOptions, replicaOptions } from './options.ts';

const refusedPaths = (schema: z.ZodType, input: unknown): readonly string[] =>
  (schema.safeParse(input).error?.issues ?? []).map(({ path }) => path.join('.'));

test.each([
  [
    'pooling',
    poolingOptions,
    { pool_mode: 'transaction', default_pool_size: 20, max_client_connections: 100, reserve_pool_size: 5 },
  ],
  [
    'replicas',
    replicaOptions,
    { count: 1, replication_mode: 'async', load_balancing: 'round_robin', enable_haproxy: true },
  ],
  [
    'ha',
    haOptions,
    { failover_time: 30, sync_mode: 'async', auto_failback: false, maximum_lag_on_failover: 1_048_576 },
  ],
  ['every operation', operationOptions, { checkpoint_timeout: 1800, cutover: 'automatic', cutover_deadline: 86_400 }],
])('defaults of %s', (_, schema, defaults) => {
  expect(schema.parse({})).toEqual(defaults);
});

/** Values of one option, the other ones at their defaults. */
const allowed: readonly [z.ZodType, string, readonly unknown[], readonly unknown[]][] = [
  [poolingOptions, 'pool_mode', ['session', 'transaction', 'statement'], ['none', '', null, 1]],
  [poolingOptions, 'default_pool_size', [1, 20, 100], [0, -1, 1001, 1.5, '20', null]],
  [poolingOptions, 'max_client_connections', [20, 100, 10_000], [0, 10_001, 20.5, '100']],
  [poolingOptions, 'reserve_pool_size', [0, 5, 1000], [-1, 1001, 0.5]],
  [replicaOptions, 'count', [1, 2, 3, 4, 5], [0, 6, -1, 1.5, '1']],
  [replicaOptions, 'replication_mode', ['async', 'sync'], ['quorum', true]],
  [replicaOptions, 'load_balancing', ['round_robin', 'least_connections'], ['random', 'leastconn']],
  [replicaOptions, 'enable_haproxy', [true, false], ['yes', 1]],
  [haOptions, 'failover_time', [10, 30, 60], [0, 9, 11, 20, 61, '30']],
  [haOptions, 'patroni_ttl_seconds', [10, 30, 60], [20, '30']],
  [haOptions, 'sync_mode', ['async', 'sync_one', 'sync_all'], ['sync', 'quorum']],
  [haOptions, 'auto_failback', [true, false], ['on', 0]],
  [haOptions, 'maximum_lag_on_failover', [1_048_576, 10_485_760, 'unlimited'], [0, 1, -1, '1048576', 'none']],
  [operationOptions, 'checkpoint_timeout', [60, 1800, 86_400], [59, 86_401, 60.5]],
  [operationOptions, 'patience', [60, 86_400], [59, 86_401, '5m']],
  [operationOptions, 'cutover', ['automatic', 'on_signal'], ['manual']],
  [operationOptions, 'cutover_deadline', [60, 86_400], [59]],
];

describe.each(allowed)('%#', (schema, option, fitting, unfitting) => {
  test.each(fitting.map((value) => [value]))(`${option} may be %j`, (value) => {
    expect(refusedPaths(schema, { [option]: value })).toEqual([]);
  });
  test.each(unfitting.map((value) => [value]))(`${option} may not be %j`, (value) => {
    expect(refusedPaths(schema, { [option]: value })).toContain(option);
  });
});

describe('rules between two options', () => {
  test.each([
    [{ default_pool_size: 50, max_client_connections: 50 }, []],
    [{ default_pool_size: 1000, max_client_connections: 10_000 }, []],
    [{ default_pool_size: 51, max_client_connections: 50 }, ['max_client_connections']],
    [{ default_pool_size: 101 }, ['max_client_connections']],
    [{ max_client_connections: 19 }, ['max_client_connections']],
  ])('no fewer clients than servers: %j', (input, paths) => {
    expect(refusedPaths(poolingOptions, input)).toEqual(paths);
  });

  test.each([
    ['async', ['maximum_lag_on_failover']],
    ['sync_one', []],
    ['sync_all', []],
  ])('no lag allowed with sync mode %s', (sync_mode, paths) => {
    expect(refusedPaths(haOptions, { sync_mode, maximum_lag_on_failover: 0 })).toEqual(paths);
  });

  test('the time to fail over has two names and one value', () => {
    expect(haOptions.parse({ patroni_ttl_seconds: 60 })).toMatchObject({ failover_time: 60 });
    expect(haOptions.parse({ patroni_ttl_seconds: 10, failover_time: 10 })).toMatchObject({ failover_time: 10 });
    expect(refusedPaths(haOptions, { patroni_ttl_seconds: 10, failover_time: 60 })).toEqual(['patroni_ttl_seconds']);
  });
});

describe('inputs of operations', () => {
  const service_id = '0b5ad9e5-6a64-4c3b-9b52-0b8e3c0d5a11';

  test.each([
    ['create', createDatabaseInput, { service_id, name: 'shop' }, { postgres_major: 17, project: 'default' }],
    ['expand', expandInput, { service_id, target: 'ha' }, { options: operationOptions.parse({}), actor: 'unknown' }],
  ] as const)('%s needs little more than the database', (_, schema, input, defaults) => {
    expect(schema.parse(input)).toMatchObject(defaults);
  });

  test('all problems come at once, from every depth', () => {
    const input = {
      service_id: 'shop',
      target: 'single',
      pooling: { pool_mode: 'none', default_pool_size: 0 },
      replicas: { count: 9 },
      ha: { sync_mode: 'sync' },
      options: { checkpoint_timeout: 1 },
      extra: true,
    };
    expect(refusedPaths(expandInput, input)).toEqual([
      'service_id',
      'target',
      'pooling.pool_mode',
      'pooling.default_pool_size',
      'replicas.count',
      'ha.sync_mode',
      'options.checkpoint_timeout',
      '',
    ]);
  });

  test.each([
    [{ postgres_major: 16 }, ['postgres_major']],
    [{ port: 1024 }, []],
    [{ port: 1023 }, ['port']],
    [{ port: 65_536 }, ['port']],
    [{ name: 'Shop' }, ['name']],
    [{ actor: '' }, ['actor']],
  ])('create with %j', (change, paths) => {
    expect(refusedPaths(createDatabaseInput, { service_id, name: 'shop', ...change })).toEqual(paths);
  });
});

test.each([
  [{}, 1800],
  [{ checkpoint_timeout: 7200 }, 7200],
  [{ checkpoint_timeout: 86_400, patience: 120 }, 120],
])('with %j a step waits without progress for %i s', (options, seconds) => {
  expect(patienceOf(operationOptions.parse(options))).toBe(seconds);
});
