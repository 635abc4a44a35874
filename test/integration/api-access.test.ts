import { describe, expect, test } from 'vitest';
import { services, shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();

describe('who may do what', () => {
  test('without a valid token nothing is answered', async () => {
    for (const token of [null, 'wrong']) {
      const { status, headers, body } = await api.call('GET', services, { token });
      expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthorized' });
      expect(headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('a viewer reads, an operator changes, only an admin destroys', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const viewer = await api.newToken('default', 'viewer');
    const operator = await api.newToken('default', 'operator');

    expect((await api.call('GET', `${services}/shop`, { token: viewer })).status).toBe(200);
    expect((await api.call('POST', `${shopPath}/pooling`, { token: viewer })).body).toMatchObject({
      status: 403,
      detail: "This needs the role operator; the token's is viewer. Use another token.",
    });
    expect((await api.call('DELETE', `${services}/shop`, { token: operator })).status).toBe(403);
    expect((await api.call('POST', `${shopPath}/pooling`, { token: operator })).status).toBe(202);
  });

  test('a viewer sees the plan of every change, and starts none', async () => {
    await api.newShop();
    const token = await api.newToken('default', 'viewer');
    const planned = async (method: 'POST' | 'DELETE', url: string, body?: object) =>
      api.call(method, `${url}?dry_run=true`, { token, ...(body && { body }) });
    expect((await planned('POST', `${shopPath}/pooling`)).body).toMatchObject({ operation: { status: 'planned' } });
    expect((await planned('POST', services, { name: 'other' })).status).toBe(200);
    expect((await planned('DELETE', `${services}/shop`)).status).toBe(200);
    expect((await api.call('DELETE', `${services}/shop?dry_run=false`, { token })).status).toBe(403);
    expect((await api.call('POST', `${shopPath}/pooling?dry_run=`, { token })).status).toBe(200);
    expect((await api.call('POST', `${shopPath}/pooling?dry_run=true&dry_run=false`, { token })).status).toBe(422);
    expect(api.client.started).toEqual([]);
  });

  test('a route that is there but not with this method says with which, and so does one whose body cannot be read', async () => {
    const { headers, body } = await api.call('DELETE', '/v1/status');
    expect(body).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(headers['allow']).toBe('GET, HEAD');
    expect((await api.call('POST', '/v1/me', { body: {} })).status).toBe(405);
    expect((await api.call('DELETE', '/v1/nothing')).status).toBe(404);
  });

  // PostgreSQL refuses it in any text, and the answer was a 500.
  test('the character NUL is refused wherever it is', async () => {
    for (const url of [`${services}/shop%00`, '/v1/audit?database=%00', '/v1/databases?q=%00'])
      expect((await api.call('GET', url)).body).toMatchObject({ status: 400, code: 'malformed_request' });
    const body = { name: 'ci\u0000', project: 'default', role: 'viewer' };
    expect((await api.call('POST', '/v1/tokens', { body })).body).toMatchObject({ status: 400 });
  });

  test('a token of another project sees nothing of this one', async () => {
    await api.newShop();
    const token = await api.newToken('sales', 'admin');

    expect((await api.call('GET', `${services}/shop`, { token })).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
    expect((await api.call('GET', '/v1/status', { token })).body).toMatchObject({ databases: [] });
  });

  test('every change is audited with its actor', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    await api.call('POST', `${shopPath}/pooling`, { token: await api.newToken('default', 'operator') });

    expect(await api.store.listAudit({ project: 'default', limit: 5 })).toMatchObject([
      {
        actor: 'operator of default',
        action: 'expand',
        service_id: shop.id,
        details: { database: 'shop', target: 'pooling' },
      },
    ]);
  });
});

// A script in a loop had kept the metadata busy for everyone else.
test('too many requests without a valid token, or with one, are refused with the time to wait', async () => {
  const viewer = await api.newToken('default', 'viewer');
  const last = async (count: number, token: string | null) => {
    const ask = () => api.call('GET', '/v1/me', { token });
    await Promise.all(Array.from({ length: count - 1 }, ask));
    return ask();
  };
  const refused = await last(61, 'wrong');
  expect(refused.body).toMatchObject({ status: 429, code: 'too_many' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  // Those who have a token are not kept out by those who have none.
  expect((await last(1200, viewer)).status).toBe(200);
  expect((await last(1, viewer)).status).toBe(429);
});
