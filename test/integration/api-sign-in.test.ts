import { expect, test } from 'vitest';
import { useApi, type ApiUnderTest } from '../support/api-under-test.ts';
import { signIn, takeTicket } from '../support/browser-session.ts';

const api = useApi({ hosts: null });
const lax = useApi({ hosts: null, allowsInsecureWeb: true });

const fromElsewhere = async (asked: ApiUnderTest, scheme: 'http' | 'https') =>
  signIn(
    asked,
    { ticket: await takeTicket(asked) },
    { host: 'db-host.lan:21098', origin: `${scheme}://db-host.lan:21098` },
  );

test('a browser on another machine signs in with TLS only, unless that is allowed, and then the session says so', async () => {
  const refused = await fromElsewhere(api, 'http');
  expect(refused.body).toMatchObject({ status: 403, detail: expect.stringContaining('PGROW_WEB_INSECURE=yes') });

  const safe = await fromElsewhere(api, 'https');
  expect(safe.body).toMatchObject({ session: { insecure: false } });
  expect(safe.headers['set-cookie']).toContain('; Secure');

  const { body, headers, browser } = await fromElsewhere(lax, 'http');
  expect(body).toMatchObject({ session: { insecure: true } });
  expect(headers['set-cookie']).not.toContain('Secure');
  const me = await lax.call('GET', '/v1/me', { token: null, headers: browser });
  expect(me.body).toMatchObject({ session: { insecure: true } });
});

test('another page cannot use up what its browser may try', async () => {
  const elsewhere = { 'sec-fetch-site': 'cross-site' };
  const tries = await Promise.all(Array.from({ length: 11 }, () => signIn(api, { ticket: 'guessed' }, elsewhere)));
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([403]));
  const unknown = Array.from({ length: 11 }, () => api.call('POST', '/v1/sessions/tickets', { token: null }));
  expect(new Set((await Promise.all(unknown)).map(({ status }) => status))).toEqual(new Set([401]));
  expect((await signIn(api, { ticket: await takeTicket(api) })).status).toBe(201);
});

test('ten links and sessions a minute are all that one address gets', async () => {
  const tries = await Promise.all(Array.from({ length: 10 }, () => signIn(api, { ticket: 'guessed' })));
  expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([401]));
  const { status, headers } = await signIn(api, { ticket: 'guessed' });
  expect({ status, after: Number(headers['retry-after']) > 0 }).toEqual({ status: 429, after: true });
  // Others go on working.
  expect((await api.call('GET', '/v1/me')).status).toBe(200);
});
