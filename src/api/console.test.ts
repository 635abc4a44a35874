import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collectAnswers } from './answers.ts';
import { serveConsole } from './console.ts';
import { answerProblems } from './problem.ts';

const script = 'console.log("a page of databases");\n'.repeat(50);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>pgrow</title>');
  writeFileSync(join(folder, 'theme.js'), 'document');
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), script);
});
afterEach(() => rmSync(folder, { recursive: true }));

const newApp = (from: { folder: string } | null) => {
  const app = Fastify();
  answerProblems(app);
  serveConsole(app, from);
  collectAnswers(app);
  app.get('/v1/status', { schema: { hide: true } }, async () => ({ databases: [] }));
  return app;
};
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const ask = (url: string, headers: Record<string, string> = browser, method: 'GET' | 'POST' | 'HEAD' = 'GET') =>
  newApp({ folder }).inject({ method, url, headers });

describe('a page', () => {
  test.each(['/', '/signin', '/p/default/shop/scale?to=ha', '/new', '/index.html', '/v10'])('is at %s', async (url) => {
    const { statusCode, headers, body } = await ask(url);
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: expect.stringContaining('<title>pgrow') });
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'clipboard-write=(self), camera=(), geolocation=(), microphone=()',
    });
  });

  test.each([
    '/v1/nothing',
    '/v1',
    '/openapi.json',
    '/docs/none',
    '/healthz',
    '/metrics',
    '/graphql',
    '/assets/main-0000.js',
    '/assets/',
  ])('is not at %s, which belongs to the API or is gone', async (url) => {
    const { headers, body } = await ask(url);
    expect([url, headers['content-type']]).toEqual([url, 'application/problem+json; charset=utf-8']);
    expect(body).not.toContain('<title>');
  });

  test('is for browsers that are led there: no program gets one, and nothing is posted to one', async () => {
    expect((await ask('/nothing', { accept: 'application/json' })).json()).toMatchObject({ code: 'not_found' });
    expect((await ask('/nothing', {})).statusCode).toBe(404);
    expect((await ask('/signin', browser, 'POST')).statusCode).toBe(404);
    expect((await ask('/v1/status')).json()).toEqual({ databases: [] });
  });
});

describe('an asset', () => {
  const url = '/assets/main-1a2b.js';

  test('is kept for a year, and sent compressed to those who take that', async () => {
    const plain = await ask(url, {});
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(plain.body).toBe(script);
    const { headers, rawPayload } = await ask(url, { 'accept-encoding': 'br, gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(rawPayload).toString()).toBe(script);
    expect(headers['etag']).not.toBe(plain.headers['etag']);
    expect((await ask(url, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  });

  test('is not sent again to those who have it', async () => {
    const etag = String((await ask(url, {})).headers['etag']);
    const again = await ask(url, { 'if-none-match': `"other", ${etag}` });
    expect({ status: again.statusCode, body: again.body }).toEqual({ status: 304, body: '' });
  });

  test('without a hash in its name is asked for each time', async () => {
    const { headers, body } = await ask('/theme.js', {});
    expect({ cache: headers['cache-control'], body }).toEqual({ cache: 'no-cache', body: 'document' });
  });
});

describe('without a console', () => {
  test.each(['nothing was built', 'what was built is gone'])('a browser reads how to get one: %s', async (why) => {
    const app = newApp(why === 'nothing was built' ? null : { folder: join(folder, 'gone') });
    const { statusCode, headers, body } = await app.inject({ url: '/', headers: browser });
    expect({ statusCode, type: headers['content-type'] }).toEqual({
      statusCode: 404,
      type: 'text/plain; charset=utf-8',
    });
    expect(body).toContain('./pgrow up');
    expect((await app.inject({ url: '/', headers: {} })).json()).toMatchObject({ code: 'not_found' });
  });
});
