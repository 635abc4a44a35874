import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tcpPeer } from '../../../test/support/tcp-peer.ts';
import type { Peer } from '../peer.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { checkServer } from './check.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A replica's health endpoint: it answers HAProxy's own request only. */
const replica = (answer = true) =>
  new Promise<{ peer: Peer; port: number }>((resolve) => {
    server = createServer(({ method, url }, response) => {
      if (answer) response.writeHead(method === 'OPTIONS' && url === '/replica' ? 200 : 503).end();
    }).listen(0, '127.0.0.1', () =>
      resolve({ peer: tcpPeer('127.0.0.1'), port: (server.address() as AddressInfo).port }),
    );
  });

describe('the check of a server, made from here', () => {
  test('comes out as the router’s would, by backend', async () => {
    const at = await replica();
    expect(await checkServer({ ...at, backend: 'replicas' })).toEqual({ passes: true, says: 'is answered 200' });
    expect(await checkServer({ ...at, backend: 'primary' })).toEqual({ passes: false, says: 'is answered 503' });
  });

  test('says why there is no answer', async () => {
    const silent = await replica(false);
    const late = await checkServer({ ...silent, backend: 'replicas', timeoutMs: 30 });
    expect(late).toMatchObject({ passes: false, says: expect.stringContaining('timeout') });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const closed = await checkServer({ ...silent, backend: 'replicas' });
    expect(closed).toEqual({ passes: false, says: 'fails: ECONNREFUSED' });
  });
});
