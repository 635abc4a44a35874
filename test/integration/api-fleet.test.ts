import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { useApi } from '../support/api-under-test.ts';
import { liveOf } from '../support/live-state.ts';
import { sampleDatabase } from '../support/sample-database.ts';

const api = useApi();

const see = async (service_id: string, health: 'healthy' | 'degraded' | 'down') =>
  api.store.recordObserved({ service_id, seen_at: await api.store.readClock(), live: liveOf(health) });

const list = async (query = '', token?: string) =>
  (await api.call('GET', `/v1/databases${query}`, token === undefined ? {} : { token })).body as {
    databases: Record<string, unknown>[];
    total: number;
    next_cursor: string | null;
  };

test('all databases of the caller, the most urgent first, without a look at any node', async () => {
  api.live = new PgrowError('internal', 'A list must not look.');
  const [well, unseen, ill] = [
    await api.newShop(),
    await api.store.registerDatabase(sampleDatabase('never-seen')),
    await api.store.registerDatabase(sampleDatabase('ill', { project: 'sales' })),
  ];
  await see(well.id, 'healthy');
  await see(ill.id, 'down');
  expect(await list()).toMatchObject({
    databases: [
      { name: 'ill', project: 'sales', health: 'down', attention: 'down' },
      { name: unseen.name, health: 'unknown', observed_at: null, attention: null },
      { name: 'shop', health: 'healthy', attention: null, observed_at: expect.any(String) },
    ],
    total: 3,
    next_cursor: null,
  });
  expect((await list('', await api.newToken('sales', 'viewer'))).databases).toMatchObject([{ name: 'ill' }]);
});

test('one that is busy shows how far it is, and one in its rollback window until when', async () => {
  const shop = await api.newShop();
  await api.openCheckpoint(shop);
  const id = randomUUID();
  await api.recordOperation(shop, id);
  await api.store.stepWaits({ operation: id, step: 0, detail: './pgrow cutover shop' });
  expect((await list()).databases).toMatchObject([
    {
      checkpoint_until: '2031-01-01T10:30:00.000Z',
      operation: { id, type: 'expand', step: 1, waiting_for: './pgrow cutover shop', monthly_usd: expect.any(Number) },
    },
  ]);
});

test('pages, filters and orders; a cursor belongs to one order', async () => {
  for (const name of ['anna', 'berta', 'clara'])
    await see((await api.store.registerDatabase(sampleDatabase(name))).id, 'degraded');
  const first = await list('?sort=name&limit=2');
  expect(first.databases.map(({ name }) => name)).toEqual(['anna', 'berta']);
  const cursor = String(first.next_cursor);
  expect((await list(`?sort=name&limit=2&cursor=${cursor}`)).databases).toMatchObject([{ name: 'clara' }]);
  expect((await list('?q=ert&health=degraded,down&stage=0&attention=true')).databases).toMatchObject([
    { name: 'berta' },
  ]);
  for (const [query, status] of [
    [`?sort=cost&cursor=${cursor}`, 400],
    ['?sort=age', 422],
    ['?health=ill', 422],
  ] as const)
    expect((await api.call('GET', `/v1/databases${query}`)).body).toMatchObject({ status });
});

test('a list in which nothing has changed is not sent again, however often the monitor has looked', async () => {
  const shop = await api.newShop();
  await see(shop.id, 'healthy');
  const { headers } = await api.call('GET', '/v1/databases');
  const known = { 'if-none-match': String(headers['etag']) };
  await see(shop.id, 'healthy');
  expect((await api.call('GET', '/v1/databases', { headers: known })).status).toBe(304);
  await see(shop.id, 'degraded');
  expect((await api.call('GET', '/v1/databases', { headers: known })).status).toBe(200);
});

describe('outdated nodes', () => {
  const seen = (name: string, kind: 'postgres' | 'front', newest?: boolean) => ({
    name,
    kind,
    role: null,
    state: 'running' as const,
    detail: null,
    container: `pgrow-x-${name}`,
    lag_bytes: null,
    position: null,
    ...(newest !== undefined && {
      facts: { image: { reference: `pgrow/${kind}:1`, newest, made_at: '2026-01-01T00:00:00.000Z' } },
    }),
  });
  const record = async (name: string, project: string, ...nodes: ReturnType<typeof seen>[]) => {
    const { id } = await api.store.registerDatabase(sampleDatabase(name, { project }));
    const seen_at = await api.store.readClock();
    await api.store.recordObserved({ service_id: id, seen_at, live: { ...liveOf('healthy'), nodes } });
    return id;
  };

  test('are named with their image and with what brings them up to date, without a look at any node', async () => {
    api.live = new PgrowError('internal', 'A list must not look.');
    const id = await record('old', 'sales', seen('postgres-1', 'postgres', false), seen('front', 'front', true));
    await record('new', 'default', seen('postgres-1', 'postgres', true));
    await record('half-seen', 'default', seen('postgres-1', 'postgres', true), seen('front', 'front'));
    await api.store.registerDatabase(sampleDatabase('never-seen'));
    const { body } = await api.call('GET', '/v1/outdated');
    expect(body).toEqual({
      databases: [
        {
          id,
          project: 'sales',
          name: 'old',
          observed_at: expect.any(String),
          nodes: [
            {
              name: 'postgres-1',
              kind: 'postgres',
              container: 'pgrow-x-postgres-1',
              image: { reference: 'pgrow/postgres:1', newest: false, made_at: '2026-01-01T00:00:00.000Z' },
              command: './pgrow change old --image newest',
            },
          ],
        },
      ],
      unknown: ['half-seen', 'never-seen'],
    });
  });

  test('of other projects are not shown', async () => {
    await record('old', 'sales', seen('postgres-1', 'postgres', false));
    const { body } = await api.call('GET', '/v1/outdated', { token: await api.newToken('default', 'viewer') });
    expect(body).toEqual({ databases: [], unknown: [] });
  });
});
