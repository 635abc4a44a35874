import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { services, shopPath, useApi, type ApiUnderTest } from '../support/api-under-test.ts';
import { askAs, signIn, takeTicket } from '../support/browser-session.ts';

const api = useApi({ requests: { mostSignIns: 1000 } });

test('a link signs a browser in, and both halves of the session together are what a token is', async () => {
  const ticket = await takeTicket(api, { name: 'alice' });
  const { status, headers, body, browser } = await signIn(api, { ticket });
  expect(status).toBe(201);
  expect(body).toMatchObject({ session: { actor: 'admin of *:alice', project: '*', role: 'admin', insecure: false } });
  expect(String(headers['set-cookie'])).toMatch(
    /^pgrow_1a2b3c4d=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);

  const { session } = body as { session: { id: string; expires_at: string } };
  const me = await api.call('GET', '/v1/me', { token: null, headers: browser });
  expect(me.body).toMatchObject({
    actor: 'admin of *:alice',
    role: 'admin',
    session: { id: session.id, expires_at: session.expires_at },
  });
  expect((await api.call('GET', '/v1/me')).body).toMatchObject({ session: null });
  expect(await api.store.listAudit({ limit: 2 })).toMatchObject([
    { action: 'sign_in', actor: 'admin of *:alice', details: { session: session.id, with: 'ticket' } },
    { action: 'create_ticket', actor: 'admin of *' },
  ]);
});

test('a link signs in once, and what is wrong with it is on record without it', async () => {
  const ticket = await takeTicket(api);
  expect((await signIn(api, { ticket })).status).toBe(201);
  const again = await signIn(api, { ticket });
  expect(again.body).toMatchObject({ status: 401, detail: expect.stringContaining('For another: ./pgrow web') });
  const wrong = await signIn(api, { ticket: 'made-up' });
  expect({ status: wrong.status, cookie: wrong.headers['set-cookie'] }).toEqual({ status: 401 });
  const audit = await api.store.listAudit({ limit: 9 });
  expect(audit[0]).toMatchObject({ action: 'refused', actor: 'unknown', details: { code: 'unauthorized' } });
  expect(JSON.stringify(audit)).not.toContain(ticket);
});

test('two browsers that open one link at the same moment are not both signed in', async () => {
  const ticket = await takeTicket(api);
  const answers = await Promise.all([1, 2, 3].map(() => signIn(api, { ticket })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(2);
});

test('after its minute a link is refused', async () => {
  const ticket = await takeTicket(api);
  await api.sql(`UPDATE tickets SET expires_at = now() - interval '1 second'`);
  expect((await signIn(api, { ticket })).status).toBe(401);
});

test('a link gives at most the role that its token has', async () => {
  const token = await api.newToken('default', 'operator');
  const ask = (role: string) => api.call('POST', '/v1/sessions/tickets', { token, body: { role } });
  expect((await ask('admin')).body).toMatchObject({ status: 403 });
  const ticket = String((await ask('viewer')).body['ticket']);
  const { browser } = await signIn(api, { ticket });
  await api.newShop();
  expect((await api.call('GET', `${services}/shop`, { token: null, headers: browser })).status).toBe(200);
  expect((await api.call('GET', '/v1/audit', { token: null, headers: browser })).status).toBe(403);
  expect((await api.call('POST', `${shopPath}/pooling`, { token: null, headers: browser })).body).toMatchObject({
    detail: "This needs the role operator; the session's is viewer. Sign in with another role.",
  });
  // A browser could let itself in for ever.
  expect((await api.call('POST', '/v1/sessions/tickets', { token: null, headers: browser })).status).toBe(403);
});

test('a token signs in where there is no link, and not without one of both', async () => {
  const token = await api.newToken('default', 'viewer');
  const { status, body } = await signIn(api, { token });
  expect({ status, body }).toMatchObject({ status: 201, body: { session: { project: 'default', role: 'viewer' } } });
  expect((await signIn(api, { token: 'wrong' })).status).toBe(401);
  for (const given of [{}, { token, ticket: 'both' }]) expect((await signIn(api, given)).status).toBe(422);
  const unknown = await signIn(api, { tokn: token });
  expect(unknown.status).toBe(422);
  expect(JSON.stringify(unknown.body)).not.toContain(token);
});

describe('half a session', () => {
  test('is worth nothing: neither the cookie that other ports see, nor what the page keeps', async () => {
    const { browser } = await signIn(api, { ticket: await takeTicket(api) });
    const other = await signIn(api, { ticket: await takeTicket(api) });
    const { cookie, 'x-pgrow-session': secret, ...rest } = browser;
    const halves = [
      { ...rest, cookie },
      { ...rest, 'x-pgrow-session': secret },
      { ...rest, cookie, 'x-pgrow-session': other.browser['x-pgrow-session'] },
      { ...rest, cookie: cookie.replace('pgrow_1a2b3c4d', 'pgrow_0badcafe'), 'x-pgrow-session': secret },
    ];
    for (const headers of halves) {
      const { status, body } = await api.call('GET', '/v1/me', { token: null, headers });
      expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthorized' });
    }
    expect((await api.call('GET', '/v1/me', { token: null, headers: browser })).status).toBe(200);
  });

  test('does not get in the way of a token', async () => {
    const headers = { cookie: 'pgrow_1a2b3c4d=stale' };
    expect((await api.call('GET', '/v1/me', { headers })).body).toMatchObject({ actor: 'admin of *' });
  });
});

describe('another page', () => {
  const elsewhere = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://localhost:9999' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'null' },
    {},
  ];

  test('changes nothing, although the browser is signed in', async () => {
    const shop = await api.newShop();
    api.takeUp(shop);
    const { browser } = await signIn(api, { ticket: await takeTicket(api) });
    const { 'sec-fetch-site': _, ...halves } = browser;
    for (const headers of elsewhere) {
      for (const path of ['pooling', 'scale-down', 'abort', 'confirm']) {
        const { status, body } = await api.call('POST', `${shopPath}/${path}`, {
          token: null,
          headers: { ...halves, ...headers },
        });
        expect({ headers, path, status, code: body['code'] }).toMatchObject({ status: 403, code: 'forbidden' });
      }
      expect(await signIn(api, { ticket: await takeTicket(api) }, headers)).toMatchObject({ status: 403 });
    }
    expect(api.client.started).toEqual([]);
    expect(api.client.signals).toEqual([]);
    const own = { ...halves, origin: 'http://localhost' };
    expect((await api.call('POST', `${shopPath}/pooling`, { token: null, headers: own })).status).toBe(202);
  });

  test('cannot send a form: bodies are JSON', async () => {
    await api.newShop();
    const { browser } = await signIn(api, { ticket: await takeTicket(api) });
    const forms = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
    for (const type of forms) {
      for (const url of [`${shopPath}/pooling`, '/v1/sessions', '/graphql']) {
        const headers = { ...browser, 'content-type': type };
        const { status, body } = await api.call('POST', url, { token: null, headers, body: '{"confirm":true}' });
        expect({ type, url, status, code: body['code'] }).toMatchObject({
          status: 415,
          code: 'unsupported_media_type',
        });
      }
    }
    expect(api.client.started).toEqual([]);
  });
});

test('what is asked of another name or port is refused, before anything else', async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const ask = (path: string, headers: Record<string, string>) => askAs({ port, path, headers });
  for (const path of ['/', '/v1/status', '/openapi.json', '/healthz', '/docs']) {
    expect([path, await ask(path, { host: 'evil.example' })]).toEqual([path, 421]);
    expect([path, await ask(path, { host: `127.0.0.1:${port + 1}` })]).toEqual([path, 421]);
  }
  expect(await ask('/openapi.json', { host: `localhost:${port}` })).toBe(200);
  // Who sends a token may have come through a tunnel.
  const authorization = `Bearer ${api.admin}`;
  expect(await ask('/v1/me', { host: `127.0.0.1:${port + 1}`, authorization })).toBe(200);
});

test('GraphQL takes a session as it takes a token', async () => {
  await api.newShop();
  const { browser } = await signIn(api, { ticket: await takeTicket(api) });
  const { 'sec-fetch-site': _, ...halves } = browser;
  const body = { query: '{ __typename }' };
  const asked = (headers: Record<string, string>) => api.call('POST', '/graphql', { token: null, headers, body });
  expect((await asked(browser)).body).toMatchObject({ data: { __typename: 'Query' } });
  expect((await asked({ ...halves, 'sec-fetch-site': 'same-site' })).status).toBe(403);
});

describe('sessions', () => {
  const session = async (token = api.admin, role?: string) => {
    const { body, browser } = await signIn(api, { ticket: await takeTicket(api, { role }, token) });
    return { browser, id: (body['session'] as { id: string }).id };
  };
  const isIn = async ({ browser }: { browser: Record<string, string> }) =>
    (await api.call('GET', '/v1/me', { token: null, headers: browser })).status === 200;
  const listed = async (call: Parameters<ApiUnderTest['call']>[2]) =>
    ((await api.call('GET', '/v1/sessions', call)).body['sessions'] as { id: string }[]).map(({ id }) => id);

  test('are seen and ended by who has their token, and by an admin of everything', async () => {
    const viewer = await api.newToken('default', 'viewer');
    const other = await api.newToken('default', 'operator');
    const [mine, foreign] = [await session(viewer), await session(other)];
    expect(await listed({ token: viewer })).toEqual([mine.id]);
    expect(await listed({})).toEqual([foreign.id, mine.id]);
    expect((await api.call('DELETE', `/v1/sessions/${foreign.id}`, { token: viewer })).status).toBe(404);
    expect((await api.call('DELETE', `/v1/sessions/${foreign.id}`)).status).toBe(200);
    expect([await isIn(mine), await isIn(foreign)]).toEqual([true, false]);
  });

  test('of a lesser role neither see nor end one that may do more', async () => {
    const [admin, viewer] = [await session(), await session(api.admin, 'viewer')];
    expect(await listed({ token: null, headers: viewer.browser })).toEqual([viewer.id]);
    const end = { token: null, headers: viewer.browser };
    expect((await api.call('DELETE', `/v1/sessions/${admin.id}`, end)).status).toBe(404);
    expect(await isIn(admin)).toBe(true);
  });

  test('sign themselves out, and the browser drops its cookie', async () => {
    const own = await session();
    const { status, headers } = await api.call('DELETE', '/v1/sessions/current', { token: null, headers: own.browser });
    expect({ status, cookie: headers['set-cookie'] }).toEqual({
      status: 200,
      cookie: 'pgrow_1a2b3c4d=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    });
    expect(await isIn(own)).toBe(false);
    expect((await api.store.listAudit({ limit: 1 }))[0]).toMatchObject({ action: 'end_session' });
  });

  test('are ended all at once', async () => {
    const viewer = await api.newToken('default', 'viewer');
    const all = [await session(), await session(viewer), await session(viewer)];
    const { body } = await api.call('DELETE', '/v1/sessions', { token: viewer });
    expect((body['sessions'] as object[]).length).toBe(2);
    expect(await Promise.all(all.map(isIn))).toEqual([true, false, false]);
  });

  test('end with the token that they came from, and so do its links', async () => {
    const { body } = await api.call('POST', '/v1/tokens', { body: { name: 'ci', project: 'default', role: 'viewer' } });
    const [id, token] = [String(body['id']), String(body['token'])];
    const signedIn = await session(token);
    const ticket = await takeTicket(api, {}, token);
    await api.call('DELETE', `/v1/tokens/${id}`);
    expect(await isIn(signedIn)).toBe(false);
    expect((await signIn(api, { ticket })).status).toBe(401);
  });

  test.each([
    ['two hours after the last request', `last_seen_at = now() - interval '121 minutes'`],
    ['twelve hours after they began', `expires_at = now()`],
  ])('end %s', async (_, change) => {
    const signedIn = await session();
    await api.sql(`UPDATE sessions SET last_seen_at = now() - interval '119 minutes'`);
    expect(await isIn(signedIn)).toBe(true);
    await api.sql(`UPDATE sessions SET ${change}`);
    expect(await isIn(signedIn)).toBe(false);
    // Nor does an open stream bring one back.
    expect([...(await api.store.validSessions([signedIn.id]))]).toEqual([]);
    expect(await isIn(signedIn)).toBe(false);
  });

  test('end their streams when they end', async () => {
    const { id, browser } = await session();
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const stream = await fetch(`http://127.0.0.1:${port}/v1/stream?topics=system`, { headers: browser });
    expect(stream.status).toBe(200);
    await api.call('DELETE', `/v1/sessions/${id}`);
    expect(await stream.text()).toContain('The session of this stream has ended');
  });
});
