import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { postgresLogin } from '../../test/support/silent-server.ts';
import { createEtcdClient } from './etcd/index.ts';
import { checkServer, connectHaproxy } from './haproxy/index.ts';
import { createPatroniClient } from './patroni/index.ts';
import type { Peer } from './peer.ts';
import { connectPooler } from './pgbouncer/index.ts';
import { connectPostgres } from './postgres/index.ts';

// Every protocol looked addresses up and connected by itself, which a node on another host has no use for: there is no way
// to its address but through that host. All that a platform can promise is a stream.

/** A node that is reached through no socket, and answers all that it receives by `answer`. */
const behindAStream = (answer: Buffer | string, dialled: number[] = []): Peer => ({
  name: 'postgres-2',
  address: '192.0.2.1',
  async dial(port) {
    dialled.push(port);
    const [near, far] = duplexPair();
    far.on('data', () => far.write(answer)).on('end', () => far.end());
    return near;
  },
});

const json = (body: object): string => {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
};

test('PostgreSQL and the console of PgBouncer are spoken with over any stream', async () => {
  const dialled: number[] = [];
  const peer = behindAStream(postgresLogin, dialled);
  const connection = await connectPostgres({ peer, user: 'shop', password: 'hush' });
  await connection.end();
  const admin = await connectPooler({ peer, port: 6432, password: 'hush' });
  await admin.end();
  expect(dialled).toEqual([5432, 6432]);
});

test('HAProxy is spoken with over any stream', async () => {
  const api = await connectHaproxy({ peer: behindAStream('up\n\n> ') });
  expect(await api.command('show info')).toBe('up');
  api.end();
});

test('Patroni, etcd and the health endpoint are spoken with over any stream', async () => {
  const patroni = createPatroniClient({ peer: behindAStream(json({ members: [] })) });
  expect(await patroni.cluster()).toEqual({ members: [] });
  await patroni.close();
  expect(await createEtcdClient({ peer: behindAStream(json({ health: 'true' })) }).isHealthy()).toBe(true);
  expect(await checkServer({ peer: behindAStream(json({})), backend: 'primary' })).toEqual({
    passes: true,
    says: 'is answered 200',
  });
});

test('a stream that cannot be opened is the node’s fault, and the error names the node', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const peer: Peer = { name: 'postgres-2', address: '192.0.2.1', dial: () => Promise.reject(refused) };
  const noAnswer = { code: 'no_answer', message: expect.stringContaining('postgres-2') };
  await expect(connectPostgres({ peer, user: 'shop', password: 'hush' })).rejects.toMatchObject(noAnswer);
  await expect(connectPooler({ peer, port: 6432, password: 'hush' })).rejects.toMatchObject(noAnswer);
  await expect(connectHaproxy({ peer })).rejects.toMatchObject(noAnswer);
  await expect(createPatroniClient({ peer }).cluster()).rejects.toMatchObject(noAnswer);
  await expect(createEtcdClient({ peer }).get('/x')).rejects.toMatchObject(noAnswer);
  expect(await checkServer({ peer, backend: 'primary' })).toEqual({ passes: false, says: 'fails: ECONNREFUSED' });
});
