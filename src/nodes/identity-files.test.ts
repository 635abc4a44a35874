import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createWorld } from '../../test/support/fake-world/world.ts';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import type { Node } from '../domain/topology.ts';
import { identityFiles } from './identity-files.ts';
import { ensureAuthority, secretNames } from './secrets.ts';
import { openSession } from './session.ts';

const network = { subnet: '10.48.4.0/22', clients_subnet: '10.48.8.0/22', addresses_given: 2 };

const opened = async () => {
  const { dependencies, store } = createWorld();
  const shop = await store.registerDatabase(sampleDatabase('shop', { network }));
  await store.ensureSecrets(shop.id, secretNames);
  const [, node] = shop.topology.nodes;
  return { dependencies, store, shop, node: { ...node!, address_number: 3, tls: 'allow' as const } };
};

test('a node with TLS has a certificate of its own, by its name and address, and the authority beside it', async () => {
  const { dependencies, store, shop, node } = await opened();
  await ensureAuthority(store, shop);
  const session = await openSession(dependencies, shop.id);
  const [identity, authority] = await identityFiles(session, node);
  expect([identity!.path, identity!.mode]).toEqual(['/etc/pgrow/node.pem', 0o600]);
  expect([authority!.path, authority!.mode]).toEqual(['/etc/pgrow/ca.pem', 0o644]);
  const certificate = new X509Certificate(identity!.content);
  expect(certificate.checkHost('postgres-1')).toBe('postgres-1');
  expect(certificate.checkIP('10.48.4.3')).toBe('10.48.4.3');
  expect(certificate.verify(new X509Certificate(authority!.content).publicKey)).toBe(true);
  expect(authority!.content).not.toContain('PRIVATE');
  const [another] = await identityFiles(session, node);
  expect(new X509Certificate(another!.content).serialNumber).not.toBe(certificate.serialNumber);
});

// etcd and Patroni's API take any client's certificate of this authority: one router that was taken over had the whole cluster.
test('a node that clients reach proves both of its addresses, and is no client of the others', async () => {
  const { dependencies, store, shop, node } = await opened();
  await ensureAuthority(store, shop);
  const session = await openSession(dependencies, shop.id);
  const issuedTo = async (kind: Node['kind']) =>
    new X509Certificate((await identityFiles(session, { ...node, kind }))[0]!.content);
  const router = await issuedTo('haproxy');
  expect([router.checkIP('10.48.4.3'), router.checkIP('10.48.8.3')]).toEqual(['10.48.4.3', '10.48.8.3']);
  // RFC 5280, 4.2.1.12: id-kp-serverAuth alone, and with id-kp-clientAuth.
  for (const kind of ['haproxy', 'pgbouncer', 'front'] as const)
    expect((await issuedTo(kind)).keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  for (const kind of ['postgres', 'etcd'] as const)
    expect((await issuedTo(kind)).keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('a node without TLS has none', async () => {
  const { dependencies, shop, node } = await opened();
  const { tls: _, ...plain } = node;
  expect(await identityFiles(await openSession(dependencies, shop.id), plain)).toEqual([]);
});

test('where the authority is lost, what to restore is said', async () => {
  const { dependencies, shop, node } = await opened();
  const session = await openSession(dependencies, shop.id);
  await expect(identityFiles(session, node)).rejects.toMatchObject({
    code: 'needs_operator',
    message: expect.stringContaining('The certificate authority of shop is missing in the metadata'),
  });
});
