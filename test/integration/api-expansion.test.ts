import { describe, expect, test } from 'vitest';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { haTopology } from '../support/sample-database.ts';

const api = useApi();

describe('expanding', () => {
  test.each([
    [
      'pooling',
      { enabled: true, default_pool_size: 30 },
      { target: 'pooling', pooling: { default_pool_size: 30, pool_mode: 'transaction' } },
    ],
    [
      'replicas',
      { count: 2, pooling: { enabled: true } },
      { target: 'replicas', replicas: { count: 2 }, pooling: { default_pool_size: 20 } },
    ],
    [
      'ha',
      { patroni_ttl_seconds: 10, cutover: 'on_signal' },
      { target: 'ha', ha: { failover_time: 10 }, options: { cutover: 'on_signal' } },
    ],
  ])('to %s starts it with what was asked and the defaults', async (path, body, input) => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const response = await api.call('POST', `${shopPath}/${path}`, { body });

    expect(response.status).toBe(202);
    expect(api.client.started).toMatchObject([{ workflow: 'expand', input: { ...input, service_id: shop.id } }]);
    expect(response.body['operation_id']).toBe(api.client.started[0]?.input['operation_id']);
  });

  test('a dry run answers with the plan and touches nothing', async () => {
    await api.newShop();
    const { status, body } = await api.call('POST', `${shopPath}/ha?dry_run=true`, { body: {} });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      operation: {
        id: null,
        status: 'planned',
        database: 'shop',
        from_stage: 0,
        to_stage: 3,
        cost_before: { monthly_usd: 15 },
        nodes_removed: ['postgres-1'],
      },
    });
    expect(api.client.started).toEqual([]);
    expect(await api.store.listAudit('default', 5)).toEqual([]);
  });

  test('what does not fit is named with its path, also inside pooling', async () => {
    await api.newShop();
    const body = {
      count: 9,
      replication_mode: 'maybe',
      pooling: { pool_mode: 'none', size: 1 },
      checkpoint_timeout: 5,
    };
    const response = await api.call('POST', `${shopPath}/replicas`, { body });

    expect(response.body).toMatchObject({
      status: 422,
      problems: [
        { path: 'count', value: 9, allowed: 'a whole number from 1 to 5' },
        { path: 'replication_mode', value: 'maybe', allowed: 'async, sync' },
        { path: 'checkpoint_timeout', value: 5, allowed: 'a whole number from 60 to 86400' },
        { path: 'pooling.pool_mode', value: 'none', allowed: 'session, transaction, statement' },
        { path: 'pooling.size', value: 1 },
      ],
    });
  });

  test.each([
    [
      'pooling',
      { default_pool_size: 500, max_client_connections: 100 },
      'max_client_connections',
      'must not be below default_pool_size',
    ],
    ['ha', { maximum_lag_on_failover: 0 }, 'maximum_lag_on_failover', '0 needs sync_mode sync_one or sync_all'],
    ['ha', { failover_time: 15 }, 'failover_time', '10, 30, 60'],
    ['ha', { enabled: 'yes' }, 'enabled', 'true, false'],
    ['pooling?dry_run=maybe', {}, 'dry_run', 'true, false'],
  ])('%s refuses %j', async (path, body, problem, allowed) => {
    await api.newShop();
    expect((await api.call('POST', `${shopPath}/${path}`, { body })).body).toMatchObject({
      status: 422,
      problems: [{ path: problem, allowed }],
    });
  });

  test('while an operation runs the second is refused and told which', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const first = await api.call('POST', `${shopPath}/pooling`);
    const { body } = await api.call('POST', `${shopPath}/ha`);

    expect(body).toMatchObject({
      status: 409,
      code: 'operation_running',
      problems: [
        { path: 'operation', value: { id: first.body['operation_id'], type: 'expand', since: expect.any(String) } },
      ],
    });
    expect(body['detail']).toContain(first.body['operation_id']);
    expect(api.client.started).toHaveLength(1);
  });

  test('a lower stage than the present one is refused by the plan', async () => {
    await api.shopAtStage(haTopology);
    expect((await api.call('POST', `${shopPath}/replicas`)).body).toMatchObject({ status: 409, code: 'refused' });
  });

  test('an unknown database is answered with those there are', async () => {
    await api.newShop();
    expect((await api.call('POST', `${services}/shpo/postgres/pooling`)).body).toMatchObject({
      status: 404,
      code: 'not_found',
      detail: 'Project default has no database shpo. There is shop.',
    });
  });

  test('a body that is no JSON object is called so', async () => {
    await api.newShop();
    const headers = { authorization: `Bearer ${api.admin}`, 'content-type': 'application/json' };
    for (const payload of ['{', '[]', '3']) {
      const response = await api.app.inject({ method: 'POST', url: `${shopPath}/pooling`, headers, payload });
      expect(response.json()).toMatchObject({ status: 400, code: 'malformed_request' });
    }
  });
});
