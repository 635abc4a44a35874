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

  test('of another size costs what that costs, and says so', async () => {
    const wanted = { name: 'large', memory: '4GiB', cpus: 1.5 };
    const { body } = await api.call('POST', services, { body: wanted });
    expect(body).toMatchObject({ estimated_monthly_cost: 1.5 * 5 + 4 * 5 });
    const [{ input } = { input: {} }] = api.client.started;
    expect(input).toMatchObject({ memory: 4 * 1024 ** 3, cpus: 1.5 });
  });

  test('names everything that is wrong at once and starts nothing', async () => {
    const { status, headers, body } = await api.call('POST', services, {
      body: { name: 'Shop', postgres_major: 9, locale: 'english', memory: '4', cpus: 0.1, colour: 'red' },
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
        { path: 'postgres_major', value: 9, allowed: '15, 17, 18' },
        { path: 'locale', value: 'english', allowed: expect.stringContaining('en_US.UTF-8') },
        { path: 'memory', value: '4', allowed: expect.stringContaining('such as 4GiB') },
        { path: 'cpus', value: 0.1, allowed: expect.stringContaining('from 0.25 to 512') },
        {
          path: 'colour',
          value: 'red',
          allowed: 'one of the names cpus, locale, memory, name, port, postgres_major, storage, tls',
        },
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

  /** As its worker records it: what was made is gone again. */
  const undo = async (id: string, service_id: string) => {
    await api.store.endOperation({ id, status: 'rolled_back', stall_ms: null, error: null });
    await api.store.removeDatabase(service_id);
    api.client.end(service_id);
  };
  const create = async () => {
    const { status, body } = await api.call('POST', services, { body: { name: 'shop' }, key: 'once' });
    return { status, body, id: String(body['operation_id']), service_id: String(body['service_id']) };
  };

  // The key answered with the old failure for ever, against its own advice to try again.
  test('a key whose creation was rolled back makes it again, once', async () => {
    api.takeUpCreation();
    const first = await create();
    await undo(first.id, first.service_id);
    const second = await create();
    expect(second).toMatchObject({ status: 202 });
    expect(second.id).not.toBe(first.id);
    expect(second.service_id).not.toBe(first.service_id);
    expect((await create()).id).toBe(second.id);
    expect(api.client.started).toHaveLength(2);
  });

  test('a creation that was rolled back can be found by its name afterwards', async () => {
    api.takeUpCreation();
    const { id, service_id } = await create();
    await undo(id, service_id);
    expect((await api.call('GET', `${shopPath}/operations`)).body).toMatchObject({
      operations: [{ id, status: 'rolled_back', database: 'shop' }],
    });
    expect((await api.call('GET', `${shopPath}/status`)).body).toMatchObject({
      status: 404,
      detail: expect.stringMatching(
        /The last operation of that name was .*: rolled back, .* See \.\/pgrow operations shop/,
      ),
    });
  });

  // "create: done", exit 0, and there was no database.
  test('a key whose database was destroyed since says so', async () => {
    api.takeUpCreation();
    const { id, service_id } = await create();
    await api.store.endOperation({ id, status: 'done', stall_ms: null, error: null });
    await api.store.removeDatabase(service_id);
    expect((await create()).body).toMatchObject({
      status: 409,
      code: 'refused',
      detail: expect.stringContaining('has been destroyed since. Use another key'),
    });
  });

  test('one that was refused before it began leaves its id to the next attempt', async () => {
    const shop = await api.newShop();
    await api.store.forgetDatabase(shop.id);
    expect(await api.store.readDatabase('shop')).toBeNull();
    expect((await api.newShop({ id: shop.id })).id).toBe(shop.id);
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
  test('is refused for one that is protected, also as a plan, until that is turned off', async () => {
    await api.newShop();
    const protect = (on: unknown, token = api.admin) =>
      api.call('PATCH', `${services}/shop`, { body: { protected: on }, token });
    expect((await protect(true)).body).toMatchObject({ name: 'shop', protected: true });
    for (const query of ['?confirm=shop', '?confirm=shop&dry_run=true'])
      expect((await api.call('DELETE', `${services}/shop${query}`)).body).toMatchObject({
        code: 'refused',
        detail: 'shop is protected, so it is not destroyed. To let it be destroyed: ./pgrow protect shop --off',
      });
    expect(await protect(false, await api.newToken('default', 'operator'))).toMatchObject({ status: 403 });
    expect(await protect('yes')).toMatchObject({ status: 422 });
    expect((await protect(false)).body).toMatchObject({ protected: false });
    expect(await api.call('DELETE', `${services}/shop?confirm=shop`)).toMatchObject({ status: 202 });
    const actions = (await api.store.listAudit({ project: 'default', limit: 9 })).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['protect', 'unprotect']));
  });

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
