import { describe, expect, test } from 'vitest';
import { nothingHeld, pooledTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { pgbouncerIni } from '../components/pgbouncer/index.ts';
import type { ConnectionFacts } from './facts.ts';
import { poolingOptions, type PoolingOptions } from './options.ts';
import { planSetPooling } from './plan/set-pooling.ts';
import { planExpand } from './plan/expand.ts';
import { operationOptions } from './options.ts';
import { leastMaxConnections, poolBound, withBound } from './pool-bound.ts';

const usual: ConnectionFacts = {
  max_connections: 200,
  superuser_reserved_connections: 3,
  reserved_connections: 0,
  databases: 1,
};
const factsOf = (connections: Partial<ConnectionFacts> = {}) => ({
  ...nothingHeld('postgres-1'),
  connections: { ...usual, ...connections },
});
const expandTo = (pooling: Partial<PoolingOptions>, connections: Partial<ConnectionFacts> = {}) =>
  planExpand({
    database: sampleDatabase('shop'),
    operation_id: '9f8e7d6c-0000-4000-8000-000000000000',
    target: 'pooling',
    pooling: poolingOptions.parse({ max_client_connections: 1000, ...pooling }),
    replicas: null,
    ha: null,
    options: operationOptions.parse({}),
    closesWindowOf: null,
    facts: factsOf(connections),
  });
const pooledShop = (pooling: Partial<PoolingOptions> = {}) => {
  const shop = sampleDatabase('shop');
  const topology = pooledTopology(shop);
  return { ...shop, topology: { ...topology, pooling: poolingOptions.parse(pooling) } };
};

test('both ports of a pooler together leave room for those that PostgreSQL and pgrow need', () => {
  expect(poolBound(usual)).toEqual({
    each: 88,
    per_database: 88,
    text: 'max_connections 200 - 3 reserved - 20 for pgrow = 177, 88 for each port of PgBouncer',
  });
  expect(poolBound({ ...usual, databases: 4 })).toMatchObject({ each: 88, per_database: 22 });
});

// Ten roles with 25 clients each: 50 of them got "remaining connection slots are reserved".
test('what a pooler opens is bounded, and the plan says how', () => {
  const plan = expandTo({});
  expect(plan.warnings).toContainEqual(
    expect.stringMatching(/at most 88 connections to each database \(max_connections 200 - 3/),
  );
  const told = plan.steps.flatMap(({ run }) =>
    run.action === 'ensureNode' && run.input.config.kind === 'pgbouncer' ? [run.input.config] : [],
  );
  for (const which of ['read_write', 'read_only'] as const) {
    expect(pgbouncerIni({ config: told[0]!, which })).toContain('\nmax_db_connections = 88\n');
  }
  expect(plan.to?.pooling?.server_connections).toBe(88);
});

describe('a pool that cannot be filled', () => {
  test('is refused with the arithmetic', () => {
    expect(() => expandTo({ default_pool_size: 500 })).toThrow(/500.*at most 88 \(max_connections 200 - 3 reserved/);
    expect(() =>
      planSetPooling({
        database: pooledShop(),
        pooling: poolingOptions.parse({ default_pool_size: 90 }),
        facts: factsOf(),
        closesWindowOf: null,
      }),
    ).toThrow(/90.*at most 88/);
  });

  test('fits where the server has more', () => {
    expect(expandTo({ default_pool_size: 500 }, { max_connections: 2000 }).to?.pooling).toMatchObject({
      default_pool_size: 500,
      server_connections: 988,
    });
  });

  test('because there are many databases is said', () => {
    expect(expandTo({}, { databases: 8 }).warnings).toContainEqual(
      expect.stringContaining(
        '11 for each of 8 databases); clients beyond that wait for one. A pool of 25 is then never filled.',
      ),
    );
  });
});

test('the same options again are a change once the server has more connections', () => {
  const { topology, ...shop } = pooledShop();
  const database = { ...shop, topology: { ...topology, pooling: { ...topology.pooling, server_connections: 88 } } };
  const again = (max_connections: number) =>
    planSetPooling({
      database,
      pooling: topology.pooling,
      facts: factsOf({ max_connections }),
      closesWindowOf: null,
    });
  expect(again(200).steps).toEqual([]);
  expect(again(400).to?.pooling?.server_connections).toBe(188);
});

test('where the server does not say, the bound stays', () => {
  const silent = { ...nothingHeld('postgres-1'), connections: null };
  expect(withBound(pooledShop(), silent).topology.pooling).not.toHaveProperty('server_connections');
  expect(withBound(pooledShop(), factsOf()).topology.pooling).toMatchObject({ server_connections: 88 });
});

test('fewer connections than pools, pgrow and PostgreSQL need are too few', () => {
  expect(leastMaxConnections(usual, null)).toEqual({
    least: 33,
    text: '3 reserved + 20 for pgrow + 10 for clients',
  });
  expect(leastMaxConnections({ ...usual, databases: 2 }, { default_pool_size: 20, reserve_pool_size: 5 })).toEqual({
    least: 123,
    text: '3 reserved + 20 for pgrow + 100 for pools of 25 for each of 2 databases at each port of PgBouncer',
  });
});
