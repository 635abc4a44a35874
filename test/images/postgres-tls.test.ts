import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdYaml } from '../../src/components/etcd/index.ts';
import { checkServer } from '../../src/components/haproxy/index.ts';
import { createPatroniClient, patroniYaml } from '../../src/components/patroni/index.ts';
import { verified } from '../../src/components/peer.ts';
import { haOptions } from '../../src/domain/options.ts';
import { createIdentities, unidentified, type Identities } from '../support/identities.ts';
import { retryUntil } from '../support/retry-until.ts';
import { createStack, type Stack } from './support.ts';

const data = '/var/lib/postgresql';
const secrets = { 'superuser-password': 'superuser secret', pgpass: '' };
const hbaLines = ['local all postgres peer', 'host all all all scram-sha-256'];

describe('the postgres image with TLS', { timeout: 60_000 }, () => {
  let stack: Stack;
  let identities: Identities;

  const nodeFile = (name: string, mode: string) => JSON.stringify({ name, cluster: 'shop', mode, tls: true });
  const peerOf = (name: string) => stack.peer(name, identities.own);
  const untilServing = (name: string) =>
    retryUntil(`${name} to take writes`, async () =>
      expect(await checkServer({ peer: await peerOf(name), backend: 'primary' })).toMatchObject({ passes: true }),
    );
  /** What a new connection to the health port is shown. */
  const serialNumberOf = async (name: string): Promise<string> => {
    const peer = await peerOf(name);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect({ ...verified(peer), socket: await peer.dial(8008, 1000) });
    socket.once('error', reject).once('secureConnect', () => resolve(socket.getPeerCertificate().serialNumber));
    return promise.finally(() => socket.destroy());
  };
  const reload = (name: string) => stack.platform.signalContainer(stack.container(name), 'HUP');
  const untilSaid = (name: string, what: string) =>
    retryUntil(`${name} to say so`, async () =>
      expect(await stack.platform.readLogs(stack.container(name), 100)).toContain(what),
    );
  /** A certificate with the key of another. */
  const mismatched = async (name: string) => {
    const [one, other] = await Promise.all([identities.filesOf(name), identities.filesOf(name)]);
    const [key] = one['node.pem'].split('-----BEGIN CERTIFICATE');
    return { 'node.pem': `${key}-----BEGIN CERTIFICATE${other['node.pem'].split('-----BEGIN CERTIFICATE')[1]}` };
  };
  /** With a pair that does not fit the port answers as before; the next good one is taken. */
  const renew = async (name: string, complaint: string) => {
    const before = await serialNumberOf(name);
    await stack.put(name, await mismatched(name));
    await reload(name);
    await untilSaid(name, complaint);
    expect(await serialNumberOf(name)).toBe(before);
    await stack.put(name, await identities.filesOf(name));
    await reload(name);
    await retryUntil('the new certificate to be shown', async () =>
      expect(await serialNumberOf(name)).not.toBe(before),
    );
  };

  beforeAll(async () => {
    [stack, identities] = await Promise.all([createStack(), createIdentities()]);
  });
  afterAll(() => stack?.remove());

  describe('run by its supervisor', () => {
    const name = 'postgres-1';
    beforeAll(async () => {
      const files = {
        ...secrets,
        ...(await identities.filesOf(name)),
        'node.json': nodeFile(name, 'primary'),
        'postgresql.conf': "listen_addresses = '*'\n",
        'pg_hba.conf': `${hbaLines.join('\n')}\n`,
      };
      await stack.start({ name, image: 'postgres', data, files });
      await untilServing(name);
    });

    test('answers routers, its container, and no one in plain text', async () => {
      const peer = await peerOf(name);
      expect(await checkServer({ peer, backend: 'replicas' })).toEqual({ passes: false, says: 'is answered 503' });
      await stack.run(name, 'pgrow-alive');
      const { tls: _, ...plain } = peer;
      expect(await checkServer({ peer: plain, backend: 'primary' })).toMatchObject({ passes: false });
    });

    test('shows a new certificate after a reload, and keeps the one of before where the new one is none', async () => {
      await renew(name, 'the health endpoint keeps the certificate of before: /etc/pgrow/node.pem');
      expect(await checkServer({ peer: await peerOf(name), backend: 'primary' })).toMatchObject({ passes: true });
    });
  });

  describe('run by Patroni', () => {
    const name = 'postgres-2';
    beforeAll(async () => {
      const etcd = { kind: 'etcd', members: ['etcd-1'], token: 'shop-1' } as const;
      await stack.start({
        name: 'etcd-1',
        image: 'etcd',
        data: '/var/lib/etcd',
        files: {
          ...(await identities.filesOf('etcd-1')),
          'etcd.yml': etcdYaml({ node: { name: 'etcd-1', tls: 'allow' }, config: etcd }),
        },
      });
      const yaml = patroniYaml({
        node: { name, tls: 'allow' },
        config: {
          kind: 'postgres',
          mode: 'patroni',
          scope: 'shop-1',
          etcd: ['etcd-1'],
          ha: haOptions.parse({}),
          standby_of: null,
        },
        passwords: { superuser: 's', replication: 'r', rewind: 'w' },
        settings: { parameters: {}, hbaLines },
      });
      const files = {
        ...secrets,
        ...(await identities.filesOf(name)),
        'node.json': nodeFile(name, 'patroni'),
        'patroni.yml': yaml,
      };
      await stack.start({ name, image: 'postgres', data, files });
      await untilServing(name);
    });

    test('lets everybody ask, and only those change anything who prove to be of its database', async () => {
      const peer = await peerOf(name);
      const own = createPatroniClient({ peer });
      await own.patchConfig({ loop_wait: 1 });
      const stranger = createPatroniClient({ peer: unidentified(peer) });
      expect(await stranger.config()).toMatchObject({ loop_wait: 1 });
      await expect(stranger.patchConfig({ pause: true })).rejects.toThrow(/refused PATCH \/config \(403\)/);
      await expect(stranger.restart()).rejects.toThrow(/refused \/restart \(403\)/);
      const { tls: _, ...plain } = peer;
      const unencrypted = createPatroniClient({ peer: plain });
      await expect(unencrypted.config()).rejects.toMatchObject({ code: 'no_answer' });
      await Promise.all([own, stranger, unencrypted].map((client) => client.close()));
    });

    test('is asked by its own container', async () => {
      await stack.run(name, 'pgrow-alive');
      expect(JSON.parse(await stack.run(name, 'pgrow-server', 'restart'))).toMatchObject({ state: 'running' });
    });

    // It closed its port and answered nothing until it was started again; a further reload held its loop, and it lost its lock.
    test('shows a new certificate after a reload, and keeps the one of before where the new one is none', async () => {
      await renew(name, 'the REST API keeps the certificate of before: /etc/pgrow/node.pem');
      const client = createPatroniClient({ peer: await peerOf(name) });
      expect(await client.status()).toMatchObject({ state: 'running' });
      await client.close();
    });
  });
});
