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

    expect(await api.store.listAudit('default', 5)).toMatchObject([
      {
        actor: 'operator of default',
        action: 'expand',
        service_id: shop.id,
        details: { database: 'shop', target: 'pooling' },
      },
    ]);
  });
});
