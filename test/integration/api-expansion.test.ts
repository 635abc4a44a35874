import { describe, expect, test } from 'vitest';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import { haTopology, samplePlan } from '../support/sample-database.ts';

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
    expect(await api.store.listAudit({ project: 'default', limit: 5 })).toEqual([]);
  });

  // Between the plan that was read and the request that ran it a switchover had moved the primary.
  test('a plan that was agreed to is what the workflow is started with, by its digest', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const shown = await api.call('POST', `${shopPath}/ha?dry_run=true`, { body: {} });
    const { digest } = shown.body['operation'] as { digest: string };
    expect(shown.headers['etag']).toBe(`"${digest}"`);
    expect((await api.call('POST', `${shopPath}/ha?dry_run=true`, { body: {} })).headers['etag']).toBe(`"${digest}"`);
    expect((await api.call('POST', `${shopPath}/replicas?dry_run=true`)).headers['etag']).not.toBe(`"${digest}"`);

    await api.call('POST', `${shopPath}/ha`, { body: {}, headers: { 'if-match': `"${digest}"` } });
    expect(api.client.started).toMatchObject([{ workflow: 'expand', input: { plan_digest: digest } }]);
  });

  test('what is no digest is named', async () => {
    await api.newShop();
    const { body } = await api.call('POST', `${shopPath}/ha`, { body: {}, headers: { 'if-match': '"abc"' } });
    expect(body).toMatchObject({ status: 422, problems: [{ path: 'If-Match', value: '"abc"' }] });
    expect(api.client.started).toEqual([]);
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

  test('a second one is refused while an operation runs, which the error names', async () => {
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

  test('a lower stage than the present one is refused by the plan, and is no operation', async () => {
    await api.shopAtStage(haTopology);
    expect((await api.call('POST', `${shopPath}/replicas`)).body).toMatchObject({ status: 409, code: 'refused' });
    expect((await api.call('GET', `${shopPath}/operations`)).body).toEqual({ operations: [], next_cursor: null });
    expect(await api.store.listAudit({ project: 'default', limit: 5 })).toMatchObject([
      { action: 'refused', details: { code: 'refused' } },
      { action: 'expand' },
    ]);
  });

  // A second request with the key of the first was planned again for the dry run before it, and refused by that.
  test('a dry run with the key of a request shows the plan of the operation that it started', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const once = (path: string, body: object) => api.call('POST', `${shopPath}/${path}`, { body, key: 'once' });
    expect((await once('ha?dry_run=true', { enabled: true })).body).toMatchObject({ operation: { to_stage: 3 } });
    const { operation_id } = (await once('ha', { enabled: true, confirm: true })).body;

    const recorded = (await api.store.readPlan(String(operation_id)))!;
    const again = await once('ha?dry_run=true', { enabled: true });
    expect(again).toMatchObject({
      status: 200,
      body: { operation: { status: 'planned', to_stage: recorded.to?.stage, warnings: recorded.warnings } },
    });
    expect((await once('ha', { enabled: true, confirm: true })).body).toMatchObject({ operation_id });
    expect((await once('pooling?dry_run=true', {})).body).toMatchObject({ status: 409, code: 'operation_running' });
  });

  test('a key whose request was refused can be used for it again', async () => {
    const shop = await api.newShop();
    const once = () => api.call('POST', `${shopPath}/replicas`, { body: { count: 1 }, key: 'once' });
    api.client.plan = async () => {
      throw new PgrowError('no_disk_space', 'Only 1 MB is free.');
    };
    expect((await once()).body).toMatchObject({ status: 409, code: 'no_disk_space' });
    api.client.plan = async () => samplePlan(shop, shop.topology);
    api.takeUp(shop);
    const { status, body } = await once();
    expect(status).toBe(202);
    expect((await once()).body).toMatchObject({ operation_id: body['operation_id'] });
    expect(api.client.started).toHaveLength(1);
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
