import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HostRules } from './checked-address.ts';
import { sendWebhook } from './send-webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const body = '{"type":"test","timestamp":"2026-11-29T10:00:00.000Z","data":{}}';
const loopbackAllowed: HostRules = { allowPrivate: true };

let server: Server;
let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  received = [];
  answer = (response) => response.end();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const url = (host = '127.0.0.1') => `http://${host}:${(server.address() as AddressInfo).port}/hook?token=hidden`;
const send = ({ url: to = url(), ...change }: { url?: string; rules?: HostRules; limitMs?: number } = {}) =>
  sendWebhook({ url: to, secret, id: 'msg_1', body, rules: loopbackAllowed, limitMs: 10_000, ...change });
const answerWith =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end('what it says is not repeated');

describe('a webhook', () => {
  test('is one that the published library verifies', async () => {
    expect(await send()).toEqual({ accepted: true, remark: null });
    const [{ headers, body: sent } = { headers: {}, body: '' }] = received;
    expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
    expect(new Webhook(secret).verify(sent, headers as Record<string, string>)).toEqual(JSON.parse(body));
    const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect(() => other.verify(sent, headers as Record<string, string>)).toThrow('No matching signature found');
  });

  test('that is refused for good, or for now, says so without the path of its URL', async () => {
    const results = [];
    for (const [status, headers] of [[400], [410], [503, { 'retry-after': '120' }]] as const) {
      answer = answerWith(status, headers);
      results.push(await send());
    }
    expect(results).toMatchObject([
      { accepted: false, final: true, gone: false },
      { accepted: false, final: true, gone: true },
      { accepted: false, final: false, retry_after: 120 },
    ]);
    expect(JSON.stringify(results)).not.toMatch(/hidden|hook|repeated/);
  });

  test('follows no redirect', async () => {
    answer = answerWith(307, { location: url() });
    expect(await send()).toMatchObject({
      accepted: false,
      final: true,
      error: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 307: redirects are not followed$/),
    });
    expect(received).toHaveLength(1);
  });

  test('to a receiver that never answers is given up at its limit', async () => {
    answer = () => undefined;
    expect(await send({ limitMs: 200 })).toMatchObject({
      accepted: false,
      final: false,
      error: expect.stringContaining('no answer within 0.2 s'),
    });
  });

  test('to one that cannot be reached may succeed later', async () => {
    const closed = url();
    await new Promise((resolve) => server.close(resolve));
    expect(await send({ url: closed })).toMatchObject({ final: false, error: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a private address', () => {
  const publicOnly: HostRules = { allowPrivate: false };
  const resolvingTo = (...addresses: readonly string[]): HostRules => ({
    allowPrivate: false,
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '0x7f000001'])(
    'is not connected to: %s',
    async (host) => {
      expect(await send({ url: url(host), rules: publicOnly })).toMatchObject({
        accepted: false,
        final: true,
        error: expect.stringContaining('no public address'),
      });
      expect(received).toEqual([]);
    },
  );

  test.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['::ffff:127.0.0.1']]])(
    'behind a name is not connected to: %o',
    async (addresses) => {
      const rules = resolvingTo(...addresses);
      expect(await send({ url: url('hooks.example.com'), rules })).toMatchObject({ accepted: false, final: true });
      expect(received).toEqual([]);
    },
  );

  // A name whose answer changes between the look and the connection would lead inside.
  test('is not reached by a name that is resolved a second time', async () => {
    let looks = 0;
    const rules: HostRules = {
      allowPrivate: true,
      async resolve() {
        looks += 1;
        return [{ address: '127.0.0.1', family: 4 }];
      },
    };
    expect(await send({ url: url('hooks.example.com'), rules })).toMatchObject({ accepted: true });
    expect(looks).toBe(1);
  });
});
