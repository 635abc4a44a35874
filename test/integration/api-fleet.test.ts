import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
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
