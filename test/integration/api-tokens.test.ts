import { expect, test } from 'vitest';
import type { TokenDocument } from '../../src/domain/tokens.ts';
import { services, shopPath, useApi } from '../support/api-under-test.ts';

const api = useApi();

const create = async (body: object, token = api.admin) => {
  const answer = await api.call('POST', '/v1/tokens', { body, token });
  return { ...answer, id: String(answer.body['id']), token: String(answer.body['token']) };
};

const rotate = async (id: string, body: object = {}, token = api.admin) => {
  const answer = await api.call('POST', `/v1/tokens/${id}/rotate`, { body, token });
  return { ...answer, id: String(answer.body['id']), token: String(answer.body['token']) };
};

const ci = { name: 'ci', project: 'default', role: 'operator' };

test('a token that was created works at once, and is shown only then', async () => {
  const { status, headers, id, token, body } = await create(ci);
  expect({ status, cache: headers['cache-control'] }).toEqual({ status: 201, cache: 'no-store' });
  expect(body).toMatchObject({ ...ci, created_by: 'admin of *', expired: false, last_used_at: null });
  expect(token).toMatch(/^pgrow_[\w-]{43}$/);

  const me = await api.call('GET', '/v1/me', { token });
  expect(me.body).toMatchObject({ actor: 'ci', project: 'default', role: 'operator', token: { id } });
  expect(me.body).toMatchObject({ console: 'http://127.0.0.1:8080', temporal_web: 'http://127.0.0.1:8233' });
  const listed = JSON.stringify((await api.call('GET', '/v1/tokens')).body);
  expect(listed).toContain(id);
  expect(listed).not.toContain(token);
  expect(JSON.stringify(await api.store.listAudit({ limit: 5 }))).not.toContain(token);
});

test('it says when it was used last', async () => {
  const { id, token } = await create(ci);
  await api.call('GET', services, { token });
  const { tokens } = (await api.call('GET', '/v1/tokens')).body as { tokens: { id: string; last_used_at: string }[] };
  expect(tokens.find((each) => each.id === id)?.last_used_at).toMatch(/^\d{4}-/);
});

test('a token that is revoked is refused from then on, and revoking it is on record', async () => {
  const { id, token } = await create(ci);
  expect(await api.call('DELETE', `/v1/tokens/${id}`)).toMatchObject({ status: 200, body: { name: 'ci' } });
  expect((await api.call('GET', services, { token })).status).toBe(401);
  expect(await api.store.listAudit({ limit: 1 })).toMatchObject([
    { action: 'revoke_token', project: 'default', details: { token: id, name: 'ci' } },
  ]);
  expect((await api.call('DELETE', `/v1/tokens/${id}`)).status).toBe(404);
});

test('a token that is rotated has a successor that may do the same, and stays valid for the grace period', async () => {
  const day = 86_400;
  const first = await create({ ...ci, expires_in: 30 * day });
  const second = await rotate(first.id, { grace_seconds: day });
  expect({ status: second.status, cache: second.headers['cache-control'] }).toEqual({ status: 201, cache: 'no-store' });
  const { expires_at, created_at, predecessor } = second.body as unknown as TokenDocument & {
    predecessor: TokenDocument;
  };
  expect(second.body).toMatchObject({ ...ci, successor: null });
  expect(Date.parse(expires_at!) - Date.parse(created_at)).toBe(30 * day * 1000);
  expect(predecessor).toMatchObject({ id: first.id, successor: second.id, expired: false });
  expect(Date.parse(predecessor.expires_at!) - Date.parse(created_at)).toBe(day * 1000);

  for (const token of [first.token, second.token])
    expect((await api.call('GET', '/v1/me', { token })).body).toMatchObject({ actor: 'ci', role: 'operator' });
  const { tokens } = (await api.call('GET', '/v1/tokens')).body as { tokens: TokenDocument[] };
  expect(tokens.find(({ id }) => id === first.id)).toMatchObject({
    successor: second.id,
    last_used_at: expect.any(String),
  });
  expect(JSON.stringify(tokens)).not.toContain(second.token);
  const entries = await api.store.listAudit({ limit: 2 });
  expect(entries).toMatchObject([
    { action: 'create_token', project: 'default', details: { name: 'ci', role: 'operator', replaces: first.id } },
    { action: 'rotate_token', project: 'default', details: { token: first.id, name: 'ci', grace_seconds: day } },
  ]);
  expect(JSON.stringify(entries)).not.toContain(second.token);
});

test('the grace period gives no token more time than it had, and without one it ends at once', async () => {
  const short = await create({ ...ci, expires_in: 3600 });
  const { predecessor } = (await rotate(short.id)).body as { predecessor: TokenDocument };
  expect(predecessor.expires_at).toBe(short.body['expires_at']);

  const endless = await create({ ...ci, expires_in: null });
  const next = await rotate(endless.id, { grace_seconds: 0 });
  expect(next.body).toMatchObject({ expires_at: null });
  expect((await api.call('GET', services, { token: endless.token })).status).toBe(401);
  expect((await api.call('GET', services, { token: next.token })).status).toBe(200);
});

test('a token is rotated once: of two requests at the same time one has the successor', async () => {
  const { id } = await create(ci);
  const both = await Promise.all([rotate(id), rotate(id)]);
  expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 409]));
  const made = both.find(({ status }) => status === 201)!;
  expect(both.find(({ status }) => status === 409)?.body).toMatchObject({ detail: expect.stringContaining(made.id) });
  expect((await rotate(made.id)).status).toBe(201);
});

test('what cannot be rotated is refused, and another project sees no such token', async () => {
  const expired = 'expired-before-it-was-rotated'.padEnd(40, 'x');
  const { id } = await api.store.createToken({
    ...ci,
    role: 'viewer',
    token: expired,
    created_by: 'tests',
    expires_in: 0,
  });
  expect((await rotate(id)).body).toMatchObject({ status: 409, detail: expect.stringContaining('expired at') });
  const foreign = await create(ci);
  expect((await rotate(foreign.id, {}, await api.newToken('sales', 'admin'))).status).toBe(404);
  expect((await rotate(foreign.id, {}, await api.newToken('default', 'operator'))).status).toBe(403);
  expect((await rotate(foreign.id, { grace_seconds: -1 })).body).toMatchObject({
    problems: [{ path: 'grace_seconds' }],
  });
  expect((await api.call('GET', services, { token: foreign.token })).status).toBe(200);
});

test('one that has expired is refused with the reason', async () => {
  const secret = 'expired-at-once-'.padEnd(40, 'x');
  await api.store.createToken({ ...ci, role: 'viewer', token: secret, created_by: 'tests', expires_in: 0 });
  expect((await api.call('GET', services, { token: secret })).body).toMatchObject({
    status: 401,
    detail: expect.stringMatching(/^The token ci expired at \d{4}-.*\. Ask an admin for another\.$/),
  });
});

test('an admin of one project manages the tokens of that project only', async () => {
  const admin = await api.newToken('sales', 'admin');
  const foreign = await create(ci);
  expect((await create({ ...ci, project: 'sales' }, admin)).status).toBe(201);
  for (const project of ['default', '*']) expect((await create({ ...ci, project }, admin)).status).toBe(403);
  expect((await api.call('DELETE', `/v1/tokens/${foreign.id}`, { token: admin })).status).toBe(404);
  const { tokens } = (await api.call('GET', '/v1/tokens', { token: admin })).body as { tokens: { project: string }[] };
  expect(new Set(tokens.map(({ project }) => project))).toEqual(new Set(['sales']));
});

test("the home's own token is not revoked: nothing would let an admin in any more", async () => {
  await api.store.ensureHomeToken('the-own-token'.padEnd(40, 'x'));
  const own = (await api.store.pageTokens('*', { limit: 9 })).entries.find(({ created_by }) => created_by === null);
  const refused = await api.call('DELETE', `/v1/tokens/${own?.id}`);
  expect(refused.body).toMatchObject({ status: 409, detail: expect.stringContaining('./pgrow tokens rotate --own') });
  expect((await rotate(String(own?.id))).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('tokens rotate --own'),
  });
});

test('what does not fit is named, all of it', async () => {
  expect((await create({ name: '', project: 'default', role: 'root', expires_in: 5 })).body).toMatchObject({
    status: 422,
    problems: [
      { path: 'name' },
      { path: 'role', value: 'root', allowed: 'viewer, operator, admin' },
      { path: 'expires_in' },
    ],
  });
});

test('a change that is refused is on record, with who asked and in which request', async () => {
  await api.newShop();
  const token = await api.newToken('default', 'viewer');
  const { headers } = await api.call('POST', `${shopPath}/pooling`, { token });
  const [entry] = await api.store.listAudit({ limit: 1 });
  expect(entry).toMatchObject({
    actor: 'viewer of default',
    action: 'refused',
    project: 'default',
    request_id: headers['x-request-id'],
    details: { request: `POST ${shopPath}/pooling`, code: 'forbidden', database: 'shop' },
  });
  expect((await api.store.pageTokens('default', { limit: 9 })).entries.map(({ id }) => id)).toContain(entry?.token_id);
});

test('a dry run that is refused asked for no change', async () => {
  await api.call('POST', `${services}/none/postgres/pooling?dry_run=true`);
  await api.call('POST', `${services}/none/postgres/abort?dry_run=true`);
  expect(await api.store.listAudit({ limit: 5 })).toEqual([]);
});

test('the audit is read page by page, by admins, of their own project', async () => {
  for (const name of ['one', 'two', 'three']) await create({ ...ci, name });
  await create({ ...ci, project: 'sales' });
  const read = async (query: string, token = api.admin) => (await api.call('GET', `/v1/audit${query}`, { token })).body;
  const names = (page: Record<string, unknown>) =>
    (page['entries'] as { details: { name: string } }[]).map(({ details }) => details.name);

  const admin = await api.newToken('default', 'admin');
  const first = await read('?limit=2', admin);
  expect(names(first)).toEqual(['three', 'two']);
  const second = await read(`?limit=2&cursor=${String(first['next_cursor'])}`, admin);
  expect(names(second)).toEqual(['one']);
  expect(second['next_cursor']).toBeNull();
  expect(await read('?limit=2', await api.newToken('default', 'operator'))).toMatchObject({ status: 403 });
  expect(await read('?cursor=now')).toMatchObject({ status: 400, code: 'malformed_request' });
});

test('the audit of one database, by its name', async () => {
  const shop = await api.newShop();
  await api.call('POST', `${shopPath}/abort`);
  await create(ci);
  api.takeUp(shop);
  await api.call('POST', `${shopPath}/pooling`);
  const { entries } = (await api.call('GET', '/v1/audit?database=shop')).body as { entries: { action: string }[] };
  expect(entries.map(({ action }) => action)).toEqual(['expand', 'refused']);
});
