import { afterEach, expect, test } from 'vitest';
import { postgresLogin, silentServer, type SilentServer } from '../../test/support/silent-server.ts';
import { ports } from '../domain/naming.ts';
import { createEtcdClient } from './etcd/index.ts';
import { checkServer, connectHaproxy } from './haproxy/index.ts';
import { createPatroniClient } from './patroni/index.ts';
import { connectPooler } from './pgbouncer/index.ts';
import { connectPostgres } from './postgres/index.ts';

/** A node that was frozen took connections and answered nothing: whoever asked it waited, some of them for ever. */

const opened: SilentServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});
const silent = async (...options: Parameters<typeof silentServer>): Promise<SilentServer> => {
  const server = await silentServer(...options);
  opened.push(server);
  return server;
};
const timeoutMs = 40;
const noAnswer = { name: 'PgrowError', code: 'no_answer' };
const login = { user: 'shop', password: 'hush' };

test('PostgreSQL that takes a connection and says nothing', async () => {
  const { host, port } = await silent();
  await expect(connectPostgres({ host, port, ...login, connectTimeoutMs: timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('PostgreSQL that answers no statement, nor what is asked after it', async () => {
  const { host, port } = await silent({ greeting: postgresLogin });
  const connection = await connectPostgres({ host, port, ...login, statementTimeoutMs: timeoutMs });
  await expect(connection.query('SELECT 1')).rejects.toMatchObject(noAnswer);
  await expect(connection.query('SELECT 2')).rejects.toMatchObject(noAnswer);
});

// The client gave up after a minute and asked again, while the server went on reading a table of 500 GB for each of them.
test('PostgreSQL is told to give up when its client does', async () => {
  const server = await silent({ greeting: postgresLogin });
  const { host, port } = server;
  const connection = await connectPostgres({
    host,
    port,
    ...login,
    settings: { role: 'none' },
    statementTimeoutMs: 9000,
  });
  await connection.end();
  expect(server.received()).toContain('-c statement_timeout=9000 -c role=none');
});

test('PostgreSQL that does not confirm the end of a connection, which ends all the same', async () => {
  const { host, port } = await silent({ greeting: postgresLogin });
  const ended = Promise.withResolvers<string | null>();
  const connection = await connectPostgres({ host, port, ...login, onEnd: ended.resolve });
  await connection.end();
  expect(await ended.promise).toBeNull();
});

test('PgBouncer that takes a connection to its console and says nothing', async () => {
  const { host, port } = await silent();
  await expect(connectPooler({ host, port, password: 'hush', timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('PgBouncer whose console answers no command', async () => {
  const { host, port } = await silent({ greeting: postgresLogin });
  const admin = await connectPooler({ host, port, password: 'hush', answerLimitMs: timeoutMs });
  await expect(admin.resume()).rejects.toMatchObject(noAnswer);
  await admin.end();
});

test('HAProxy that takes a connection to its runtime API and says nothing', async () => {
  const { host, port } = await silent();
  await expect(connectHaproxy({ host, port, timeoutMs })).rejects.toMatchObject(noAnswer);
});

test('HAProxy that answers no command', async () => {
  const { host, port } = await silent({ greeting: '\n> ' });
  const api = await connectHaproxy({ host, port, timeoutMs });
  await expect(api.command('show stat')).rejects.toMatchObject(noAnswer);
});

test('a health endpoint that takes a connection and says nothing', async () => {
  const { host, port } = await silent();
  expect(await checkServer({ host, port, backend: 'primary', timeoutMs })).toMatchObject({ passes: false });
});

const half = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
const unfinished = { 'takes a connection and says nothing': undefined, 'stops in the middle of its answer': half };

for (const [what, greeting] of Object.entries(unfinished)) {
  test(`Patroni that ${what}`, async () => {
    const { host } = await silent({ port: ports.health, ...(greeting ? { greeting } : {}) });
    const client = createPatroniClient({ host, timeoutMs });
    await expect(client.cluster()).rejects.toMatchObject(noAnswer);
    await client.close();
  });

  test(`etcd that ${what}`, async () => {
    const { host } = await silent({ port: ports.etcdClient, ...(greeting ? { greeting } : {}) });
    await expect(createEtcdClient({ host, timeoutMs }).get('/x')).rejects.toMatchObject(noAnswer);
  });
}
