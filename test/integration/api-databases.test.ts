import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();

describe('creating', () => {
  test('starts the workflow and answers where to look', async () => {
    api.takeUpCreation();
    const { status, headers, body } = await api.call('POST', services, { body: { name: 'shop' } });

    expect(status).toBe(202);
    const [{ workflow, input } = { workflow: '', input: {} }] = api.client.started;
    expect(workflow).toBe('createDatabase');
    expect(input).toMatchObject({
      name: 'shop',
      project: 'default',
      postgres_major: 17,
      locale: 'C.UTF-8',
      actor: 'admin of *',
    });
    expect(body).toEqual({
      operation_id: input['operation_id'],
      service_id: input['service_id'],
      workflow_id: `pgrow/${String(input['service_id'])}`,
      run_id: expect.any(String),
      estimated_duration_minutes: 1,
      estimated_monthly_cost: 15,
    });
    expect((await api.call('GET', headers['location'] as string)).body).toMatchObject({
      id: input['operation_id'],
      database: 'shop',
    });
    expect((await api.call('GET', `${shopPath}/operations/${String(input['operation_id'])}`)).status).toBe(200);
  });

  test('names all that is wrong at once and starts nothing', async () => {
    const { status, headers, body } = await api.call('POST', services, {
      body: { name: 'Shop', postgres_major: 9, locale: 'english', colour: 'red' },
    });

    expect(status).toBe(422);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:pgrow:problem:invalid_input',
      status: 422,
      code: 'invalid_input',
      instance: services,
      problems: [
        { path: 'name', value: 'Shop' },
        { path: 'postgres_major', value: 9, allowed: '17' },
        { path: 'locale', value: 'english', allowed: expect.stringContaining('en_US.UTF-8') },
        { path: 'colour', value: 'red', allowed: 'one of the names locale, name, port, postgres_major' },
      ],
    });
    expect(api.client.started).toEqual([]);
  });

  test('refuses a name that is taken', async () => {
    await api.newShop({ project: 'sales' });

    expect((await api.call('POST', services, { body: { name: 'shop' } })).body).toMatchObject({
      status: 409,
      code: 'name_taken',
    });
  });

  test('the same key twice starts one operation, another request with it none', async () => {
    api.takeUpCreation();
    const first = await api.call('POST', services, { body: { name: 'shop' }, key: 'once' });
    const again = await api.call('POST', services, { body: { name: 'shop' }, key: 'once' });
    const other = await api.call('POST', services, { body: { name: 'shop2' }, key: 'once' });

    expect(again.status).toBe(202);
    expect(again.body['operation_id']).toBe(first.body['operation_id']);
    expect(other.body).toMatchObject({ status: 422, problems: [{ path: 'Idempotency-Key', value: 'once' }] });
    expect(api.client.started).toHaveLength(1);
  });

  test('what the worker refuses before it begins is the answer', async () => {
    api.client.onStart = async ({ input }) =>
      api.client.end(input.service_id, new PgrowError('port_taken', 'Port 15432 is taken.'));

    expect((await api.call('POST', services, { body: { name: 'shop' } })).body).toMatchObject({
      status: 409,
      code: 'port_taken',
      detail: 'Port 15432 is taken.',
    });
  });
});

describe('destroying', () => {
  test('needs the name, in the path or beside it', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);

    expect((await api.call('DELETE', `${services}/${shop.id}`)).body).toMatchObject({
      status: 422,
      problems: [{ path: 'confirm' }],
    });
    expect((await api.call('DELETE', `${services}/shop?confirm=shpo`)).body).toMatchObject({ status: 422 });
    expect(api.client.started).toEqual([]);
    expect((await api.call('DELETE', `${services}/${shop.id}?confirm=shop`)).status).toBe(202);
    expect(api.client.started).toMatchObject([{ workflow: 'destroyDatabase', input: { service_id: shop.id } }]);
  });

  test('its operation can be followed when the database is gone', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const { body, headers } = await api.call('DELETE', `${services}/shop`, { key: 'gone' });
    await api.store.removeDatabase(shop.id);

    expect((await api.call('GET', `${services}/shop`)).status).toBe(404);
    expect((await api.call('GET', headers['location'] as string)).body).toMatchObject({ id: body['operation_id'] });
    expect((await api.call('DELETE', `${services}/shop`, { key: 'gone' })).body['operation_id']).toBe(
      body['operation_id'],
    );
  });
});
