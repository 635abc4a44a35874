import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { notificationActivities } from '../../src/activities/notifications.ts';
import type { ChannelDocument } from '../../src/domain/notifications/channels.ts';
import type { DeliveryDocument } from '../../src/domain/notifications/deliveries.ts';
import { sendNoticesOnce } from '../../src/monitor/notices.ts';
import { useApi } from '../support/api-under-test.ts';

const api = useApi();
const base = '/v1/notifications';
const silent = { info: () => undefined, warn: () => undefined };

/** A receiver on loopback that answers with these statuses in turn, then with 200. */
let receiver: Server;
let statuses: number[];
let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
beforeEach(async () => {
  statuses = [];
  received = [];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
});

type Added = ChannelDocument & { readonly secret: string };
const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook/token-in-path`;
const add = async (change: object = {}, token = api.admin) => {
  const webhook = { url: url(), allow_private: true };
  return api.call('POST', `${base}/channels`, { body: { name: 'ops', project: 'default', webhook, ...change }, token });
};
const added = async (change: object = {}) => (await add(change)).body as unknown as Added;
const deliveries = async (query = '', token = api.admin) =>
  (await api.call('GET', `${base}/deliveries${query}`, { token })).body['deliveries'] as DeliveryDocument[];

/** What the monitor does, then what the worker does with each delivery that was started, once. */
const look = () => sendNoticesOnce({ store: api.store, client: api.client, log: silent });
const attempt = async (number = 1, last = false) => {
  const { attemptDelivery } = notificationActivities({ store: api.store, log: silent });
  for (const { delivery, round } of api.client.deliveries)
    await attemptDelivery({ delivery, round, attempt: number, last });
};
const end = (id: string, status: 'done' | 'needs_operator') =>
  api.store.endOperation({ id, status, stall_ms: 640, error: null });

describe('a channel', () => {
  test('is added, listed without its secrets, disabled and removed, and that is on record', async () => {
    const { status, body } = await add({ database: undefined });
    expect(status).toBe(201);
    expect(body['secret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const listed = (await api.call('GET', `${base}/channels`)).body['channels'] as ChannelDocument[];
    expect(listed).toMatchObject([
      { name: 'ops', kind: 'webhook', format: 'standard', enabled: true, created_by: 'admin of *' },
    ]);
    expect(JSON.stringify(listed)).not.toMatch(/whsec_|token-in-path/);

    const path = `${base}/channels/${String(body['id'])}`;
    expect((await api.call('PATCH', path, { body: { enabled: false } })).body).toMatchObject({ enabled: false });
    expect((await api.call('DELETE', path)).status).toBe(200);
    expect((await api.call('DELETE', path)).status).toBe(404);
    const audit = await api.store.listAudit({ limit: 10 });
    expect(audit.map(({ action }) => action)).toEqual(['refused', 'remove_channel', 'disable_channel', 'add_channel']);
    expect(JSON.stringify(audit)).not.toMatch(/whsec_|token-in-path/);
    expect(await api.store.readSecrets(String(body['id']))).toEqual({});
  });

  test('needs an admin, a name of its own, and a database that there is', async () => {
    expect((await add({}, await api.newToken('default', 'operator'))).status).toBe(403);
    await added();
    expect((await add()).body).toMatchObject({ status: 409, code: 'name_taken' });
    const actions = (await api.store.listAudit({ limit: 10 })).map(({ action }) => action);
    expect(actions.filter((action) => action !== 'refused')).toEqual(['add_channel']);
    expect((await add({ name: 'other', database: 'none' })).body).toMatchObject({ status: 404 });
    expect((await add({ name: 'other', webhook: { url: url() } })).body).toMatchObject({
      status: 422,
      problems: [{ path: 'webhook.url' }],
    });
  });

  // The answer had the password of the mail server, and command lines print it into the logs of pipelines.
  test.each([
    [{ webhook: { url: 'http://hooks.example.com/token-in-path' } }],
    [{ webhook: { url: 'https://user:hidden@hooks.example.com/' } }],
    [{ webhook_url: 'https://hooks.example.com/token-in-path' }],
    [{ webhook: undefined, email: { to: ['a@example.com'], from: 'b@example.com', host: 'mx', password: 'hidden' } }],
    [{ webhook: undefined, email: { to: ['a@example.com'], from: 'b@example.com', host: 'mx', pasword: 'hidden' } }],
  ])('whose input does not fit is refused without showing its secrets: %j', async (change) => {
    const { status, body } = await add(change);
    expect(status).toBe(422);
    expect(JSON.stringify(body)).not.toMatch(/hidden|token-in-path/);
  });

  test('of one project is no concern of another, and leads to private addresses only by the word of an admin of all', async () => {
    const { id } = await added();
    const sales = await api.newToken('sales', 'admin');
    expect((await api.call('GET', `${base}/channels`, { token: sales })).body).toEqual({ channels: [] });
    expect((await api.call('DELETE', `${base}/channels/${id}`, { token: sales })).status).toBe(404);
    expect((await add({}, sales)).body).toMatchObject({ status: 403 });
    expect((await add({ project: 'sales' }, sales)).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('private addresses'),
    });
    expect((await add({ project: 'sales', webhook: { url: 'https://hooks.example.com' } }, sales)).status).toBe(201);
  });
});

describe('what happens to a database', () => {
  test('reaches its channels once each, signed, however often the monitor looks', async () => {
    const { secret } = await added();
    await added({
      name: 'slack',
      events: ['maintenance.done'],
      webhook: { url: url(), format: 'slack', allow_private: true },
    });
    await added({ name: 'failovers', events: ['failover'] });
    const shop = await api.newShop();
    const id = randomUUID();
    await api.recordOperation(shop, id);
    await end(id, 'done');
    await look();
    await look();
    await attempt();
    const sent = (await deliveries()).map(({ channel, subject, state }) => `${channel.name}: ${subject}: ${state}`);
    expect(sent.toSorted()).toEqual([
      'ops: shop: expand from single to replicas has begun: delivered',
      'ops: shop: expand from single to replicas is done: delivered',
      'slack: shop: expand from single to replicas is done: delivered',
    ]);
    const signed = received.filter(({ headers }) => headers['webhook-signature'] !== undefined);
    const payloads = signed.map(({ headers, body }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(payloads).toMatchObject([
      { type: 'maintenance.started', data: { database: 'shop', operation_id: id, actor: 'tests' } },
      { type: 'maintenance.done', data: { database: 'shop', operation_id: id, stall_ms: 640 } },
    ]);
    const toSlack = received.find(({ headers }) => headers['webhook-signature'] === undefined);
    expect(JSON.parse(toSlack?.body ?? '')).toEqual({ text: expect.stringMatching(/^\*shop: expand .* is done\*\n/) });
  });

  // Notices have names: a channel for the database's id heard of nothing.
  test('reaches a channel that was added for the id of the database', async () => {
    const shop = await api.newShop();
    expect(await added({ database: shop.id })).toMatchObject({ database: 'shop' });
    await api.recordOperation(shop, randomUUID());
    await look();
    expect(await deliveries()).toMatchObject([{ database: 'shop' }]);
  });

  test('gives notice of a failover and of what needs an operator, and of nothing before there was a channel', async () => {
    const shop = await api.newShop();
    const [before, after] = [randomUUID(), randomUUID()];
    await api.recordOperation(shop, before);
    await end(before, 'done');
    await look();
    await added();
    await api.recordOperation(shop, after);
    await look();
    await end(after, 'needs_operator');
    const failover = { previous_leader: 'postgres-2', new_leader: 'postgres-3', duration_ms: 900 };
    const byPatroni = { previous_leader: 'postgres-3', new_leader: 'postgres-4', timeline: 7 };
    for (const [event_type, metadata] of [
      ['failover', failover],
      ['leader_changed', failover],
      ['leader_changed', byPatroni],
      ['node_unhealthy', { node: 'postgres-2' }],
    ] as const)
      await api.store.recordEvent({ service_id: shop.id, event_type, from_stage: 3, to_stage: 3, metadata });
    await look();
    await look();
    expect((await deliveries()).map(({ subject }) => subject).toSorted()).toEqual([
      'shop: expand from single to replicas has begun',
      'shop: expand from single to replicas needs an operator',
      'shop: failover to postgres-3',
      'shop: failover to postgres-4',
    ]);
  });
});

describe('a receiver', () => {
  const begin = async () => {
    const shop = await api.newShop();
    await api.recordOperation(shop, randomUUID());
    await look();
  };

  test('that fails twice gets the same message a third time', async () => {
    await added();
    await begin();
    statuses = [500, 503];
    for (const number of [1, 2, 3]) await attempt(number);
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 3, error: null }]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received).toHaveLength(3);
    // A workflow that was reset.
    await attempt(1);
    expect(received).toHaveLength(3);
  });

  test('that redirects or refuses is given up, listed as dead and served again on request', async () => {
    await added();
    await begin();
    statuses = [302];
    await attempt();
    const [dead] = await deliveries('?state=dead');
    expect(dead).toMatchObject({ state: 'dead', error: expect.stringContaining('302: redirects are not followed') });
    const path = `${base}/deliveries/${dead!.id}`;
    const token = await api.newToken('default', 'operator');
    expect((await api.call('GET', path, { token })).body).toMatchObject({ state: 'dead' });
    expect((await api.call('POST', `${path}/redeliver`, { token })).status).toBe(403);
    expect((await api.call('POST', `${path}/redeliver`)).body).toMatchObject({ state: 'pending', attempts: 0 });
    expect((await api.call('POST', `${path}/redeliver`)).status).toBe(409);
    const redelivered = (await api.store.listAudit({ limit: 10 })).filter(({ action }) => action === 'redeliver');
    expect(redelivered).toHaveLength(1);
    await attempt();
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
    expect(api.client.deliveries.map(({ round }) => round)).toEqual([1, 2]);
  });

  test('that fails to the last attempt is given up', async () => {
    await added();
    await begin();
    statuses = [500];
    await attempt(10, true);
    expect(await deliveries('?state=dead')).toMatchObject([{ attempts: 10, next_attempt_at: null }]);
  });

  test('that is gone for good gets nothing any more', async () => {
    const { id } = await added();
    await begin();
    statuses = [410];
    await attempt();
    expect(await api.store.findChannel(id)).toMatchObject({
      enabled: false,
      disabled_because: expect.stringContaining('answered 410'),
    });
    expect(await api.store.listAudit({ limit: 1 })).toMatchObject([
      { actor: 'pgrow', project: 'default', action: 'disable_channel', details: { channel: id, name: 'ops' } },
    ]);
  });

  test('at a private address that a name leads to is not reached', async () => {
    const webhook = { url: `https://localhost.localdomain.invalid/`, allow_private: false };
    await added({ webhook });
    await begin();
    await attempt();
    expect(received).toEqual([]);
    expect(await deliveries()).toMatchObject([{ state: 'pending', error: expect.stringContaining('ENOTFOUND') }]);
  });
});

describe('a person', () => {
  test('sends a test message through one channel, which is tried once', async () => {
    const { id } = await added();
    await added({ name: 'other' });
    const sent = await api.call('POST', `${base}/channels/${id}/test`);
    expect(sent).toMatchObject({ status: 202, body: { type: 'test', state: 'pending' } });
    expect(api.client.deliveries).toMatchObject([{ attempts: 1 }]);
    await attempt();
    expect((await api.call('GET', `${base}/deliveries/${String(sent.body['id'])}`)).body).toMatchObject({
      state: 'delivered',
    });
    // It was started by the API itself.
    await look();
    expect(api.client.deliveries).toHaveLength(1);
    await api.call('PATCH', `${base}/channels/${id}`, { body: { enabled: false } });
    expect((await api.call('POST', `${base}/channels/${id}/test`)).body).toMatchObject({ status: 409 });
  });

  test('announces maintenance to all who hear of it', async () => {
    await added();
    await api.newShop();
    const announce = (body: object) => api.call('POST', `${base}/announcements`, { body });
    const announced = await announce({
      project: 'default',
      database: 'shop',
      message: 'New disks.',
      starts_at: '2026-12-01T20:00:00Z',
    });
    expect(announced).toMatchObject({ status: 202, body: { deliveries: [expect.any(String)] } });
    expect(await deliveries()).toMatchObject([{ subject: 'shop: maintenance is announced' }]);
    expect((await announce({ project: 'default', message: 'x', starts_at: 'soon' })).body).toMatchObject({
      problems: [{ path: 'starts_at', allowed: 'a time such as 2026-12-01T20:00:00Z' }],
    });
    expect((await announce({ project: 'default', database: 'none', message: 'x' })).status).toBe(404);
  });

  test('reads the messages page by page, of the own project', async () => {
    const { id } = await added();
    for (let index = 0; index < 3; index += 1) await api.call('POST', `${base}/channels/${id}/test`);
    const first = (await api.call('GET', `${base}/deliveries?limit=2`)).body;
    const second = (await api.call('GET', `${base}/deliveries?limit=2&cursor=${String(first['next_cursor'])}`)).body;
    const ids = [first, second].flatMap((page) => (page['deliveries'] as DeliveryDocument[]).map((each) => each.id));
    expect(new Set(ids).size).toBe(3);
    expect(second['next_cursor']).toBeNull();
    expect(await deliveries('', await api.newToken('sales', 'operator'))).toEqual([]);
    expect((await api.call('GET', `${base}/deliveries?state=lost`)).status).toBe(422);
    expect((await api.call('GET', `${base}/deliveries?cursor=x`)).status).toBe(400);
  });
});
