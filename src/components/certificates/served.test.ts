import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createIdentities, type Identities } from '../../../test/support/identities.ts';
import type { TlsPort } from '../../domain/tls-ports.ts';
import type { Peer } from '../peer.ts';
import { readServed } from './index.ts';

let identities: Identities;
let identity: string;
beforeAll(async () => {
  identities = await createIdentities();
  identity = (await identities.filesOf('postgres-2'))['node.pem'];
});

/** A port of postgres-2, on which `serve` answers. */
const portOf = async (server: net.Server): Promise<{ readonly peer: Peer; readonly port: number }> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const dial = async () => {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  return { peer: { name: 'postgres-2', address: '127.0.0.1', tls: identities.own, dial }, port };
};

/** As PostgreSQL: TLS only for who asks for it, which is answered with this letter. */
const askedFor = (answer: string) =>
  net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(answer);
      if (answer !== 'S') return;
      const context = tls.createSecureContext({ cert: identity, key: identity });
      new tls.TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => undefined);
    });
  });

const served = ({ peer, port }: { peer: Peer; port: number }, begins: TlsPort['begins'], limitMs = 5000) =>
  readServed(peer, { port, begins }, limitMs);

test.each([
  ['at once', () => tls.createServer({ cert: identity, key: identity })],
  ['when asked', () => askedFor('S')],
] as const)('the certificate of a port that speaks TLS %s', async (begins, server) => {
  const { serialNumber, validToDate } = new X509Certificate(identity);
  expect(await served(await portOf(server()), begins)).toEqual({ serialNumber, expiresAt: validToDate });
});

test('a port that offers no TLS is named', async () => {
  await expect(served(await portOf(askedFor('N')), 'when asked')).rejects.toThrow(/^postgres-2:\d+ offers no TLS$/);
});

test('a certificate of another node is not taken for its own', async () => {
  const { 'node.pem': other } = await identities.filesOf('etcd-1');
  const port = await portOf(tls.createServer({ cert: other, key: other }));
  await expect(served(port, 'at once')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test.each(['at once', 'when asked'] as const)('a port that says nothing is left in time (%s)', async (begins) => {
  const silent = net.createServer((socket) => void socket.on('error', () => undefined));
  await expect(served(await portOf(silent), begins, 50)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});
