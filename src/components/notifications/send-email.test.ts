import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { sendEmail, type EmailMessage } from './send-email.ts';

const certificate = (name: string) =>
  readFileSync(new URL(`../../../test/support/certificates/${name}.pem`, import.meta.url), 'utf8');
const key = readFileSync(new URL('../../../test/support/certificates/server.key', import.meta.url), 'utf8');

let server: SMTPServer | null = null;
let mails: { readonly text: string; readonly encrypted: boolean; readonly recipients: readonly string[] }[] = [];

const listen = async (options: SMTPServerOptions = {}): Promise<number> => {
  mails = [];
  server = new SMTPServer({
    cert: certificate('server'),
    key,
    authOptional: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'pgrow' && password === 'right'
        ? done(null, { user: username })
        : done(Object.assign(new Error('Wrong password'), { responseCode: 535 })),
    onData(stream, { envelope, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = envelope.rcptTo.map(({ address }) => address);
        mails.push({ text: Buffer.concat(chunks).toString(), encrypted: secure, recipients });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => void listening.once('listening', resolve));
  return (listening.address() as AddressInfo).port;
};
afterEach(() => {
  server?.close(() => undefined);
  server = null;
});

const send = (port: number, change: Partial<EmailMessage['settings']> = {}, more: Partial<EmailMessage> = {}) =>
  sendEmail({
    settings: {
      kind: 'email',
      to: ['ops@example.com', 'night@example.com'],
      from: 'pgrow@example.com',
      host: 'localhost',
      port,
      security: 'starttls',
      user: 'pgrow',
      allow_private: true,
      ...change,
    },
    password: 'right',
    id: 'msg_1',
    subject: 'shop: failover to postgres-3',
    text: 'postgres-2 failed.\n',
    rules: { allowPrivate: true },
    limitMs: 10_000,
    ca: certificate('ca'),
    ...more,
  });

describe('an e-mail', () => {
  test.each([
    ['starttls', 'localhost'],
    ['tls', 'localhost'],
    ['tls', '127.0.0.1'],
  ] as const)('is sent over an encrypted connection: %s to %s', async (security, host) => {
    const port = await listen({ secure: security === 'tls' });
    expect(await send(port, { security, host })).toEqual({ accepted: true, remark: null });
    expect(mails).toMatchObject([{ encrypted: true, recipients: ['ops@example.com', 'night@example.com'] }]);
    expect(mails[0]?.text).toMatch(/^Subject: shop: failover to postgres-3\r$/m);
    expect(mails[0]?.text).toMatch(/^Message-ID: <msg_1@example\.com>\r$/m);
    expect(mails[0]?.text).toContain('postgres-2 failed.');
  });

  test('is not sent in clear where the server offers no encryption, unless that is wanted', async () => {
    const port = await listen({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    expect(await send(port)).toMatchObject({ accepted: false });
    expect(mails).toEqual([]);
    expect(await send(port, { security: 'none', user: null })).toMatchObject({ accepted: true });
  });

  test('is not sent to a server whose certificate nothing vouches for', async () => {
    const port = await listen();
    expect(await send(port, {}, { ca: certificate('client') })).toMatchObject({ accepted: false });
    expect(mails).toEqual([]);
  });

  test('with a wrong password is given up, and the password is in no error', async () => {
    const port = await listen();
    const result = await send(port, {}, { password: 'wrong-one' });
    expect(result).toMatchObject({ accepted: false, final: true });
    expect(JSON.stringify(result)).not.toContain('wrong-one');
  });

  test('says which recipients were not accepted', async () => {
    const port = await listen({
      onRcptTo: ({ address }, _, done) =>
        done(address.startsWith('night') ? Object.assign(new Error('unknown'), { responseCode: 550 }) : null),
    });
    expect(await send(port)).toEqual({ accepted: true, remark: 'not accepted: night@example.com' });
  });

  test('is tried again where the server is busy, silent or away', async () => {
    const busy = await listen({
      onMailFrom: (_, __, done) => done(Object.assign(new Error('later'), { responseCode: 451 })),
    });
    expect(await send(busy)).toMatchObject({ accepted: false, final: false });
    const silent = await listen({ onConnect: () => undefined });
    expect(await send(silent, {}, { limitMs: 200 })).toMatchObject({ accepted: false, final: false });
    expect(await send(1)).toMatchObject({ accepted: false, final: false });
  });

  // A server that talked on kept the connection of an attempt that had failed long ago.
  test('is cut at its limit, connection and all', async () => {
    const closed = Promise.withResolvers<void>();
    const talker = createServer((socket) => {
      socket.write('220 here\r\n');
      const timer = setInterval(() => socket.write('250-more follows\r\n'), 20);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          clearInterval(timer);
          closed.resolve();
        });
      socket.resume();
    });
    await new Promise<void>((resolve) => void talker.listen(0, '127.0.0.1', resolve));
    const { port } = talker.address() as AddressInfo;
    expect(await send(port, {}, { limitMs: 500 })).toMatchObject({
      accepted: false,
      final: false,
      error: expect.stringContaining('longer than 0.5 s'),
    });
    await closed.promise;
    talker.close();
  });

  test('is not taken to a private address by default', async () => {
    const port = await listen();
    expect(await send(port, {}, { rules: { allowPrivate: false } })).toMatchObject({
      accepted: false,
      final: true,
      error: expect.stringContaining('no public address'),
    });
    expect(mails).toEqual([]);
  });
});
