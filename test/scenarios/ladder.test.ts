import pg from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { nodeKinds, type HostPorts } from '../../src/domain/topology.ts';
import { inApplication } from '../support/application.ts';
import { expectConfinedNodes } from '../support/confined-nodes.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { askHealthPort } from '../support/health-port.ts';
import { reachOfApplication } from '../support/reach.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withReaders, withWorkload } from '../support/workload.ts';

/** One database climbs all stages, one by one, under load; each test looks at it where the one before has left it. */

const plane = useControlPlane();

/** Each leads to the next best endpoint where the stage has none of its own; statistics come with HAProxy. */
const frontServes = [5432, 5442, 5443, 5444, 6432, 6433];
const routerServes = [5432, 5433, 5434, 8404];

describe('the ladder', () => {
  let shop: ManagedDatabase;
  let ports: HostPorts;
  let first: Readonly<Record<string, string>>;

  beforeAll(async () => {
    shop = await plane.create('shop');
    ports = await shop.ports();
    await keepData(shop);
  });

  test('a new database is single and answers at postgres:5432', async () => {
    await expectDatabase(shop).toBeAtStage(0);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ front: 1, postgres: 1, pgbouncer: 0, haproxy: 0, etcd: 0 });
    await expectDatabase(shop).toHavePrimary('postgres-1');
    await expectDatabase(shop).toTakeWritesThrough('postgres');
    await expectFirstAddressToTakeWrites(shop);
    const { best, host, network } = await shop.connectionStrings();
    expect(best).toBe('postgres');
    expect(present(host)).toEqual(['postgres']);
    expect(present(network)).toEqual(['postgres']);
    expect(await reachOfApplication(shop)).toEqual({
      inside: { front: { answers: frontServes, silent: [8404] } },
      outside: [],
      names: ['front', 'postgres'],
    });
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 15 });
    expect(await shop.read('topology')).toMatchObject({
      stage: 0,
      pooling: { enabled: false, endpoint: null },
      routing: { enabled: false, replicas: 0, rw_endpoint: null, ro_endpoint: null, stats_endpoint: null },
      replicas: { count: 0, lag_bytes: [] },
      ha: { enabled: false, etcd_nodes: 0, patroni_nodes: 0, current_leader: null },
    });
  });

  test('pooling: PgBouncer joins, the direct way stays', async () => {
    await withWorkload(shop, {}, async (workload) => {
      const operation = await shop.expand('pooling');
      expect(operation).toMatchObject({ status: 'done', from_stage: 0, to_stage: 1, nodes_added: ['pgbouncer-1'] });
      await workload.followBestEndpoint();
    });

    await expectDatabase(shop).toBeAtStage(1);
    await expectDatabase(shop).toHaveNodes({ postgres: 1, pgbouncer: 1, haproxy: 0, etcd: 0 });
    const { front, 'pgbouncer-1': pgbouncer } = await expectDatabase(shop).toHaveTheAddressesOnRecord();
    first = { front: front!, 'pgbouncer-1': pgbouncer! };
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled');
    await expectFirstAddressToTakeWrites(shop);
    expect(await shop.ports()).toEqual(ports);
    expect(await shop.connectionStrings()).toMatchObject({ best: 'pooled' });
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 18 });
    expect(await shop.read('topology')).toMatchObject({
      stage: 1,
      pooling: { enabled: true, type: 'pgbouncer', endpoint: 'pgbouncer:5432', pool_mode: 'transaction' },
    });
    expect(await shop.queryFromNetwork('pgbouncer:5432', 'select 1')).toBe('1');
    expect(await reachOfApplication(shop)).toEqual({
      inside: {
        front: { answers: frontServes, silent: [8404] },
        'pgbouncer-1': { answers: [5432, 5433], silent: [] },
      },
      outside: [],
      names: ['front', 'pgbouncer', 'pgbouncer-1', 'postgres'],
    });
  });

  test("the pooler's console is not for applications, whatever password they have", async () => {
    const login = 'psql -w -h pgbouncer -U pgrow_admin -d pgbouncer -c "show version" 2>&1; true';
    expect(await inApplication(shop, (run) => run(['sh', '-c', login]))).toContain('login rejected');
  });

  // It served a role that had expired: CVE-2025-2291.
  test('the pooler accepts the logins that the server accepts', async () => {
    const node = (sql: string) => shop.queryNode('postgres-1', sql);
    const loginOf = async (through: EndpointName) =>
      connected(shop, { through, user: 'guest', password: 'let me in' }, () => 'in').catch(() => 'refused');
    const logins = () => Promise.all([loginOf('postgres'), loginOf('pooled')]);
    await node(`create role guest login password 'let me in'`);
    expect(await logins()).toEqual(['in', 'in']);
    await node(`alter role guest valid until '2000-01-01'`);
    expect(await logins()).toEqual(['refused', 'refused']);
    await node(`alter role guest valid until 'infinity' nologin`);
    expect(await logins()).toEqual(['refused', 'refused']);
    await node(`alter role guest login password 'let me in'`);
    expect(await logins()).toEqual(['in', 'in']);
    await node('drop role guest');
  });

  test('a setting in the startup packet applies to that client alone, or is refused', async () => {
    const shown = (options: string, setting: string) =>
      connected(shop, { through: 'pooled', options }, async (client) => {
        const { rows } = await client.query<Record<string, string>>(`show ${setting}`);
        return Object.values(rows[0]!)[0];
      });
    expect(await shown('-c default_transaction_read_only=on', 'default_transaction_read_only')).toBe('on');
    expect(await shown('-c IntervalStyle=iso_8601', 'intervalstyle')).toBe('iso_8601');
    expect(await shown('', 'default_transaction_read_only')).toBe('off');
    await expect(shown('-c statement_timeout=5000', 'statement_timeout')).rejects.toThrow(
      'unsupported startup parameter in options: statement_timeout',
    );
  });

  test('replicas: one streams, HAProxy routes, the primary is not interrupted', async () => {
    const startedAt = await shop.queryNode('postgres-1', 'select pg_postmaster_start_time()');
    await withWorkload(shop, {}, async (workload) => {
      const operation = await shop.expand('replicas');
      expect(operation).toMatchObject({
        status: 'done',
        from_stage: 1,
        to_stage: 2,
        expected_stall_ms: 0,
        point_of_no_return: null,
        checkpoint: { status: 'open', stage: 2 },
      });
      await workload.followBestEndpoint();
    });

    expect(await shop.queryNode('postgres-1', 'select pg_postmaster_start_time()')).toBe(startedAt);
    await expectDatabase(shop).toBeAtStage(2);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 2, pgbouncer: 1, haproxy: 1, etcd: 0 });
    await expectDatabase(shop).toHavePrimary('postgres-1');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    await expectFirstAddressToTakeWrites(shop);
    expect(await shop.ports()).toEqual(ports);
    for (const endpoint of ['read_only', 'pooled_read_only'] as const) {
      expect(await shop.query('select pg_is_in_recovery() as replica', endpoint)).toEqual([{ replica: true }]);
    }
    expect(await shop.connectionStrings()).toMatchObject({ best: 'pooled' });
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 38 });
    expect(await shop.read('topology')).toMatchObject({
      stage: 2,
      pooling: { enabled: true, endpoint: 'pgbouncer:5432' },
      routing: {
        enabled: true,
        type: 'haproxy',
        replicas: 1,
        rw_endpoint: 'haproxy:5432',
        ro_endpoint: 'haproxy:5433',
        stats_endpoint: 'haproxy:8404',
      },
      replicas: { count: 1 },
    });
    expect(await askHealthPort(shop, 'postgres-2', '/cluster')).toMatchObject({
      members: [{ name: 'postgres-1', role: 'leader' }, { name: 'postgres-2' }],
    });
    expect(await reachOfApplication(shop)).toEqual({
      inside: {
        front: { answers: [...frontServes, 8404], silent: [] },
        'pgbouncer-1': { answers: [5432, 5433], silent: [] },
        'haproxy-1': { answers: routerServes, silent: [] },
      },
      outside: [],
      names: ['front', 'haproxy', 'haproxy-1', 'pgbouncer', 'pgbouncer-1', 'postgres'],
    });
    expect(await shop.read('health')).toMatchObject({
      cluster_name: shop.name,
      members: [
        { name: 'postgres-1', role: 'leader', state: 'running', lag: 0 },
        { name: 'postgres-2', role: 'replica', state: 'streaming' },
      ],
    });
  });

  test('ha: the cut-over fails no transaction, and the old primary follows the new one', async () => {
    await withWorkload(shop, { clients: 8, maximumTransactionsPerSecond: 400 }, async (workload) => {
      const operation = await expandUnderReaders(shop);
      expect(operation).toMatchObject({
        status: 'done',
        from_stage: 2,
        to_stage: 3,
        checkpoint: { status: 'open', stage: 3 },
        error: null,
      });
      expect(operation.steps.map(({ status }) => status)).toEqual(operation.steps.map(() => 'done'));
      expect(phases(operation.steps)).toEqual(
        expect.arrayContaining(['etcd', 'convert', 'standbys', 'routing', 'cut-over', 'finish']),
      );
      expect(operation.point_of_no_return).toMatch(/^hand over from postgres-1 to /);
      await workload.followBestEndpoint();
    });

    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
    await expectDatabase(shop).toHavePrimary('postgres-3');
    expect(await expectDatabase(shop).toHaveTheAddressesOnRecord()).toMatchObject(first);
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    await expectFirstAddressToTakeWrites(shop);
    expect(await shop.ports()).toEqual(ports);
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 80 });
    expect(await shop.read('topology')).toMatchObject({
      stage: 3,
      pooling: { enabled: true, endpoint: 'pgbouncer:5432' },
      routing: { enabled: true, replicas: 3, rw_endpoint: 'haproxy:5432', ro_endpoint: 'haproxy:5433' },
      replicas: { count: 2 },
      ha: {
        enabled: true,
        etcd_nodes: 3,
        patroni_nodes: 3,
        current_leader: 'postgres-3',
        patroni_version: expect.stringMatching(/^\d+\.\d+/),
        etcd_version: expect.stringMatching(/^3\./),
      },
    });
  });

  test('every node is confined: no user but its own, no capability, a root file system that it cannot write to', async () => {
    expect(await expectConfinedNodes(shop)).toEqual(new Set(nodeKinds));
  });

  test('an application in its network reaches what is for it, and nothing of servers, Patroni, etcd and control', async () => {
    const router = { answers: routerServes, silent: [] };
    expect(await reachOfApplication(shop)).toEqual({
      inside: {
        front: { answers: [...frontServes, 8404], silent: [] },
        'pgbouncer-1': { answers: [5432, 5433], silent: [] },
        'haproxy-1': router,
        'haproxy-2': router,
        'haproxy-3': router,
      },
      outside: [],
      names: ['front', 'haproxy', 'haproxy-1', 'haproxy-2', 'haproxy-3', 'pgbouncer', 'pgbouncer-1', 'postgres'],
    });
  });

  test('every endpoint can be printed', async () => {
    const { host, network } = await shop.connectionStrings();
    const all: EndpointName[] = ['any_node', 'pooled', 'pooled_read_only', 'postgres', 'read_only', 'read_write'];
    expect(present(host)).toEqual(all);
    expect(network).toMatchObject({
      postgres: expect.stringContaining('@postgres:5432/'),
      pooled: expect.stringContaining('@pgbouncer:5432/'),
      pooled_read_only: expect.stringContaining('@pgbouncer:5433/'),
      read_write: expect.stringContaining('@haproxy:5432/'),
      read_only: expect.stringContaining('@haproxy:5433/'),
      any_node: expect.stringContaining('@haproxy:5434/'),
    });
    for (const [flag, address] of [
      ['--pooled', host.pooled],
      ['--pooled-read-only', host.pooled_read_only],
      ['--read-write', host.read_write],
      ['--read-only', host.read_only],
      ['--any-node', host.any_node],
    ] as const) {
      expect(await plane.run('url', shop.name, flag)).toMatchObject({ exitCode: 0, stdout: `${address}\n` });
    }
    expect(await plane.run('url', shop.name)).toMatchObject({ exitCode: 0, stdout: `${host.pooled}\n` });
    expect(await plane.run('url', shop.name, '--from', 'network')).toMatchObject({ stdout: `${network.pooled}\n` });
    for (const address of ['haproxy:5433', 'pgbouncer:5433']) {
      expect(await shop.queryFromNetwork(address, 'select pg_is_in_recovery()')).toBe('t');
    }
  });

  test('the events tell how it grew', async () => {
    type Event = { event_type: string; from_stage: number; to_stage: number };
    const { events } = await shop.read<{ events: Event[] }>('events');
    const upgrades = events.filter(({ event_type }) => event_type === 'stage_upgrade').toReversed();
    expect(upgrades.map(({ from_stage, to_stage }) => `${from_stage} to ${to_stage}`)).toEqual([
      '0 to 1',
      '1 to 2',
      '2 to 3',
    ]);
    const { operations } = await shop.read<{ operations: { type: string; status: string }[] }>('operations');
    expect(operations.map(({ type, status }) => [type, status])).toEqual([
      ['expand', 'done'],
      ['expand', 'done'],
      ['expand', 'done'],
      ['create', 'done'],
    ]);
  });

  test('the monitor has measured how it grew, on the servers before and after', async () => {
    type Series = { name: string; node: string | null; points: [number, number | null][] };
    const read = async () => (await shop.read<{ series: Series[] }>('metrics?step=2')).series;
    const measured = (series: readonly Series[], name: string) =>
      series
        .filter((each) => each.name === name)
        .flatMap(({ node, points }) => (points.some(([, value]) => value !== null) ? [node] : []));
    await vi.waitFor(
      async () =>
        expect(measured(await read(), 'commits')).toEqual(
          expect.arrayContaining(['postgres-1', 'postgres-3', 'postgres-4', 'postgres-5']),
        ),
      { timeout: 30_000, interval: 1000 },
    );
    const series = await read();
    expect(measured(series, 'lag').length).toBeGreaterThan(1);
    expect(measured(series, 'pool_active')).toEqual(['pgbouncer-1']);
    expect(measured(series, 'size')).toEqual([null]);
    const values = series.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(await shop.read('statements')).toMatchObject({ available: false, says: [expect.stringContaining('psql')] });
    await expect(shop.queryNode('postgres-3', "select * from missing where email = 'alice'")).rejects.toThrow(
      'missing',
    );
    expect(await shop.read('query-log?kind=failed&node=postgres-3&limit=1')).toMatchObject({
      entries: [{ message: 'relation "missing" does not exist', statement: 'select * from missing where email = ?' }],
      slow: { logged: false },
      revealed: false,
    });
    const { advice } = await shop.read<{ advice: { code: string }[] }>('advice');
    expect(advice.map(({ code }) => code)).not.toContain('image');
  });

  test('a stage reached already is success and touches nothing', async () => {
    const before = await shop.nodes();
    expect(await shop.expand('ha')).toMatchObject({ status: 'done', steps: [], nodes_added: [], nodes_removed: [] });
    expect((await shop.nodes()).map(({ container }) => container)).toEqual(before.map(({ container }) => container));
    await expectDatabase(shop).toBeAtStage(3);
  });

  test('once confirmed, the old primary goes and the database continues', async () => {
    await withWorkload(shop, {}, async () => {
      await plane.json('confirm', shop.name);
      await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
    });
    expect(await shop.status()).toMatchObject({ checkpoint: null });
    const slots = await shop.queryNode('postgres-3', 'select slot_name from pg_replication_slots order by 1');
    expect(slots.split('\n')).toEqual(['postgres_4', 'postgres_5']);
    await expectDatabase(shop).toHoldItsData();
  });

  // Its network could not be removed, and the destroy ended half-way.
  test('it is destroyed while an application is in its network, which runs on', async () => {
    await inApplication(shop, async (run) => {
      await shop.destroy();
      await expectDatabase(shop).toBeGone();
      expect(await run(['echo', 'still here'])).toBe('still here');
    });
  });
});

/** Read-only clients must not notice either: they stay on the replicas, those of before or those of after. */
const expandUnderReaders = async (database: ManagedDatabase): Promise<OperationDocument> => {
  let operation: OperationDocument | undefined;
  await withReaders(database, { through: ['read_only', 'pooled_read_only'] }, async () => {
    operation = await database.expand('ha');
  });
  return operation!;
};

/** Runs `use` on a new connection, the application's where no other user is named. */
const connected = async <T>(
  database: ManagedDatabase,
  {
    through,
    ...how
  }: { readonly through: EndpointName; readonly user?: string; readonly password?: string; readonly options?: string },
  use: (client: pg.Client) => T | Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ ...(await database.endpoint(through)), ...how, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** The two addresses that clients of stage 0 were given. */
const expectFirstAddressToTakeWrites = async (database: ManagedDatabase): Promise<void> => {
  await expectDatabase(database).toTakeWritesThrough('postgres');
  const written = await database.queryFromNetwork(
    'postgres:5432',
    `insert into visits (through) values ('postgres:5432') returning through`,
  );
  expect(written).toContain('postgres:5432');
};

const present = (endpoints: object): string[] =>
  Object.entries(endpoints)
    .filter(([, address]) => address !== null)
    .map(([name]) => name)
    .toSorted();

const phases = (steps: readonly { readonly phase: string }[]): string[] => [
  ...new Set(steps.map(({ phase }) => phase)),
];
