import { duplexPair } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createIdentities } from '../../test/support/identities.ts';
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

/** The same, which proves this name by TLS and wants to know who asks. */
const encrypted = async (answer: string, proven = 'postgres-2'): Promise<Peer> => {
  const identities = await createIdentities();
  const { 'node.pem': own, 'ca.pem': ca } = await identities.filesOf(proven);
  return {
    name: 'postgres-2',
    address: '192.0.2.1',
    tls: identities.own,
    async dial() {
      const [near, far] = duplexPair();
      const server = new TLSSocket(far, { isServer: true, key: own, cert: own, ca, requestCert: true });
      server.on('data', () => server.write(answer)).on('error', () => undefined);
      return near;
    },
  };
};

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

test('a node with TLS is spoken with by it, over any stream', async () => {
  const api = await connectHaproxy({ peer: await encrypted('up\n\n> ') });
  expect(await api.command('show info')).toBe('up');
  api.end();
  const patroni = createPatroniClient({ peer: await encrypted(json({ members: [] })) });
  expect(await patroni.cluster()).toEqual({ members: [] });
  await patroni.close();
  expect(await createEtcdClient({ peer: await encrypted(json({ health: 'true' })) }).isHealthy()).toBe(true);
});

test('a node that does not prove its name is not spoken with', async () => {
  const peer = await encrypted(json({}), 'postgres-1');
  const reason = 'ERR_TLS_CERT_ALTNAME_INVALID';
  expect(await checkServer({ peer, backend: 'primary' })).toEqual({ passes: false, says: `fails: ${reason}` });
  await expect(connectHaproxy({ peer })).rejects.toMatchObject({ code: 'no_answer', cause: { code: reason } });
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
