import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/domain/database.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';
import { replicaTopology } from '../support/sample-database.ts';
import { addressOf, bodies, everythingOnRecord, sentBy } from '../support/route-requests.ts';

/** What someone gets who has a token, but not the right one: every route is tried, those of later as well. */

const api = useApi({ requests: { mostOfToken: 10_000 } });
let shop: Database;
let password: string;

beforeEach(async () => {
  shop = await api.shopAtStage(replicaTopology);
  api.takeUp(shop);
  ({ application: password } = (await api.store.ensureSecrets(shop.id, ['application'])) as { application: string });
});

const answered = () => api.app.documentedRoutes.filter(({ streams }) => !streams);
const changing = () => answered().filter(({ method }) => method !== 'GET');
const send = (method: string, url: string, path: string, token: string) =>
  api.call(method as 'POST', path, {
    token,
    ...(method !== 'GET' && { body: (method !== 'DELETE' && bodies[url]) || { confirm: true } }),
  });

describe('a viewer', () => {
  test('changes nothing by any route', async () => {
    const token = await api.newToken('default', 'viewer');
    const before = [await everythingOnRecord(api), sentBy(api)];
    const notRefused: string[] = [];
    for (const { method, url } of changing()) {
      const path = addressOf(url, { project: 'default', service: 'shop' });
      const { status } = await send(method, url, path, token);
      if (status !== 403) notRefused.push(`${method} ${url}: ${status}`);
    }
    // A link to a session that may do as little, the ends of its own sessions, and GraphQL, where each field asks for a role.
    expect(notRefused).toEqual([
      'POST /v1/sessions/tickets: 422',
      'DELETE /v1/sessions/:sessionId: 404',
      'DELETE /v1/sessions: 200',
      'POST /graphql: 400',
    ]);
    expect([await everythingOnRecord(api), sentBy(api)]).toEqual(before);
  });

  test('is shown no password by any route', async () => {
    const token = await api.newToken('default', 'viewer');
    for (const { method, url } of answered().filter((each) => each.method === 'GET')) {
      const path = addressOf(url, { project: 'default', service: 'shop' });
      const { body } = await send(method, url, path, token);
      expect(JSON.stringify(body), url).not.toContain(password);
    }
  });
});

describe("another project's token", () => {
  const withoutNames = (answer: { status: number; body: unknown }, name: string) =>
    JSON.stringify({ status: answer.status, body: answer.body }).replaceAll(name, 'NAME');

  test.each(['default', 'sales'])(
    'is answered by every route of a database as if there were none: project %s',
    async (project) => {
      const token = await api.newToken('sales', 'admin');
      const { operation_id: id } = await api.openCheckpoint(shop);
      const before = [await everythingOnRecord(api), sentBy(api)];
      const ofDatabase = answered().filter(({ url }) => url.includes(':serviceId'));
      expect(ofDatabase.length).toBeGreaterThan(40);
      for (const { method, url } of ofDatabase) {
        const ask = async (service: string) => {
          const { status, body } = await send(method, url, addressOf(url, { project, service, id }), token);
          return { status, body: { ...body, instance: undefined } };
        };
        const what = `${method} ${url}`;
        for (const name of ['shop', shop.id]) {
          const answer = await ask(name);
          expect(project === 'sales' ? [404] : [403], what).toContain(answer.status);
          const other = name === 'shop' ? 'nope' : '00000000-0000-4000-8000-000000000000';
          expect(withoutNames(answer, name), what).toEqual(withoutNames(await ask(other), other));
        }
      }
      expect([await everythingOnRecord(api), sentBy(api)]).toEqual(before);
    },
  );

  test('finds no trace of a database by any route that lists', async () => {
    await api.call('POST', `${shopPath}/pooling`);
    await api.openCheckpoint(shop);
    const token = await api.newToken('sales', 'admin');
    for (const { method, url } of answered().filter(
      (each) => each.method === 'GET' && !each.url.includes(':serviceId'),
    )) {
      const { body } = await send(method, url, addressOf(url, { project: 'sales', service: 'none' }), token);
      expect(JSON.stringify(body), url).not.toMatch(new RegExp(`${shop.id}|"shop"|${password}`));
    }
    for (const query of [`?database=shop`, `?database=${shop.id}`])
      expect((await api.call('GET', `/v1/audit${query}`, { token })).body).toMatchObject({ entries: [] });
  });

  test('finds none by GraphQL', async () => {
    const token = await api.newToken('sales', 'admin');
    const ask = async (service: string) => {
      const query = `{ postgresTopology(serviceId: "${service}") { __typename } }`;
      return withoutNames(
        await api.call('POST', '/graphql', { body: { query }, token, headers: { 'x-request-id': 'attack' } }),
        service,
      );
    };
    const nothing = await ask('nope');
    expect(nothing).toContain('NAME');
    expect(await ask('shop')).toEqual(nothing);
    expect(await ask(shop.id)).toEqual(await ask('00000000-0000-4000-8000-000000000000'));
  });
});

test.each(['..%2f..%2ftokens', '%2e%2e', 'shop%2f..%2f..', 'shop%5c..', '%252e%252e', "shop'--"])(
  'a name of a database that is a path leads nowhere: %s',
  async (name) => {
    const { status } = await api.call('GET', `${services}/${name}/postgres/topology`);
    expect([400, 404, 422]).toContain(status);
  },
);
