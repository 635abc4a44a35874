import { afterEach, expect, test } from 'vitest';
import { postgresLogin, silentServer, type SilentServer } from '../../test/support/silent-server.ts';
import { tcpPeer } from '../../test/support/tcp-peer.ts';
import { ports } from '../domain/naming.ts';
import { createEtcdClient } from './etcd/index.ts';
import { checkServer, connectHaproxy } from './haproxy/index.ts';
import type { Peer } from './peer.ts';
import { createPatroniClient } from './patroni/index.ts';
import { connectPooler } from './pgbouncer/index.ts';
import { connectPostgres } from './postgres/index.ts';

/** A node that was frozen took connections and answered nothing: whoever asked it waited, some of them for ever. */

const opened: SilentServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});
const silent = async (...options: Parameters<typeof silentServer>): Promise<SilentServer & { readonly peer: Peer }> => {
  const server = await silentServer(...options);
  opened.push(server);
  return { ...server, peer: tcpPeer(server.host) };
};
const timeoutMs = 40;
const noAnswer = { name: 'PgrowError', code: 'no_answer' };
const login = { user: 'shop', password: 'hush' };

test('PostgreSQL that takes a connection and says nothing', async () => {
  const { peer, port } = await silent();
  await expect(connectPostgres({ peer, port, ...login, connectTimeoutMs: timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('PostgreSQL that answers no statement, nor what is asked after it', async () => {
  const { peer, port } = await silent({ greeting: postgresLogin });
  const connection = await connectPostgres({ peer, port, ...login, statementTimeoutMs: timeoutMs });
  await expect(connection.query('SELECT 1')).rejects.toMatchObject(noAnswer);
  await expect(connection.query('SELECT 2')).rejects.toMatchObject(noAnswer);
});

// The client gave up after a minute and asked again, while the server continued reading a table of 500 GB for each of them.
test('PostgreSQL gives up a query when its client does', async () => {
  const server = await silent({ greeting: postgresLogin });
  const { peer, port } = server;
  const connection = await connectPostgres({
    peer,
    port,
    ...login,
    settings: { role: 'none' },
    statementTimeoutMs: 9000,
  });
  await connection.end();
  expect(server.received()).toContain('-c statement_timeout=9000 -c role=none');
});

test('PostgreSQL that does not confirm the end of a connection, which ends all the same', async () => {
  const { peer, port } = await silent({ greeting: postgresLogin });
  const ended = Promise.withResolvers<string | null>();
  const connection = await connectPostgres({ peer, port, ...login, onEnd: ended.resolve });
  await connection.end();
  expect(await ended.promise).toBeNull();
});

test('PgBouncer that takes a connection to its console and says nothing', async () => {
  const { peer, port } = await silent();
  await expect(connectPooler({ peer, port, password: 'hush', timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('PgBouncer whose console answers no command', async () => {
  const { peer, port } = await silent({ greeting: postgresLogin });
  const admin = await connectPooler({ peer, port, password: 'hush', answerLimitMs: timeoutMs });
  await expect(admin.resume()).rejects.toMatchObject(noAnswer);
  await admin.end();
});

test('HAProxy that takes a connection to its runtime API and says nothing', async () => {
  const { peer, port } = await silent();
  await expect(connectHaproxy({ peer, port, timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('HAProxy that answers no command', async () => {
  const { peer, port } = await silent({ greeting: '\n> ' });
  // Long enough to connect also on a busy machine.
  const api = await connectHaproxy({ peer, port, timeoutMs: 500 });
  await expect(api.command('show stat')).rejects.toMatchObject(noAnswer);
});

test('a health endpoint that takes a connection and says nothing', async () => {
  const { peer, port } = await silent();
  expect(await checkServer({ peer, port, backend: 'primary', timeoutMs })).toMatchObject({ passes: false });
});

test('a node with TLS that takes a connection and says nothing', async () => {
  const { peer, port } = await silent();
  const encrypted: Peer = { ...peer, name: 'haproxy-1', tls: { ca: '', cert: '', key: '' } };
  await expect(connectHaproxy({ peer: encrypted, port, timeoutMs })).rejects.toMatchObject({
    ...noAnswer,
    cause: { code: 'ETIMEDOUT' },
  });
});

const half = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
const unfinished = { 'takes a connection and says nothing': undefined, 'stops in the middle of its answer': half };

for (const [what, greeting] of Object.entries(unfinished)) {
  test(`Patroni that ${what}`, async () => {
    const { peer } = await silent({ port: ports.health, ...(greeting ? { greeting } : {}) });
    const client = createPatroniClient({ peer, timeoutMs });
    await expect(client.cluster()).rejects.toMatchObject(noAnswer);
    await client.close();
  });

  test(`etcd that ${what}`, async () => {
    const { peer } = await silent({ port: ports.etcdClient, ...(greeting ? { greeting } : {}) });
    await expect(createEtcdClient({ peer, timeoutMs }).get('/x')).rejects.toMatchObject(noAnswer);
  });
}
