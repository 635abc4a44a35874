import type { Peer } from '../../src/components/peer.ts';
import { dialTcp } from '../../src/platform/dial-tcp.ts';

/** A server that is reached by its address from here. */
export const tcpPeer = (host: string): Peer => ({
  name: host,
  address: host,
  dial: (port, limitMs) => dialTcp(host, port, limitMs),
});
