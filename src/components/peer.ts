import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import pg from 'pg';
import { Agent } from 'undici';

/** A node as pgrow speaks with it. How its ports are reached is for the platform to know. */
export interface Peer {
  /** For errors: `postgres-2`. */
  readonly name: string;
  /** In the network of its database: what its fellow nodes reach it by. Nothing here connects to it. */
  readonly address: string;
  /** How it proves itself, and pgrow to it; absent of a node that speaks plain text. */
  readonly tls?: PeerTls;
  /**
   * Opens a stream to one of its ports.
   * @throws the system's error, `ECONNREFUSED` for instance; `ETIMEDOUT` when it is not open after `limitMs`
   */
  dial(port: number, limitMs: number): Promise<Duplex>;
}

/** All are PEM, as Node's TLS takes them. */
export interface PeerTls {
  /** The certificate authorities that may have issued its certificate. */
  readonly ca: string;
  /** pgrow's own. */
  readonly cert: string;
  readonly key: string;
}

/** A node is dialled by its address and proves its name. */
export const verified = ({ name, tls }: Peer) => tls && { ...tls, servername: name, minVersion: 'TLSv1.2' as const };

/** A client of PostgreSQL's protocol on a stream to this port; connecting it is for the caller. Fails as `dial` does. */
export const dialPostgres = async (
  { peer, port, limitMs }: { readonly peer: Peer; readonly port: number; readonly limitMs: number },
  login: Pick<pg.ClientConfig, 'database' | 'user' | 'password' | 'options' | 'query_timeout' | 'application_name'>,
): Promise<pg.Client> => {
  const began = performance.now();
  const stream = await peer.dial(port, limitMs);
  const left = Math.max(1, limitMs - (performance.now() - began));
  const ssl = verified(peer);
  return new pg.Client({
    ...login,
    // pg checks a certificate against the host instead, if that is a name.
    ...(ssl && { ssl, host: peer.address }),
    connectionTimeoutMillis: left,
    keepAlive: true,
    stream: () => opened(stream),
  });
};

/**
 * A stream to this port, encrypted where the peer speaks TLS: then it has proved its name. Fails as `dial` does, or with the
 * error of the handshake.
 */
export const dialPeer = async (peer: Peer, port: number, limitMs: number): Promise<Duplex> => {
  const began = performance.now();
  const stream = await peer.dial(port, limitMs);
  return peer.tls ? encrypt(peer, stream, limitMs - (performance.now() - began)) : stream;
};

/** The same on a stream that is open: the handshake begins at once. */
export const encrypt = (peer: Peer, stream: Duplex, limitMs: number): Promise<TLSSocket> => {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({ ...verified(peer), socket: stream });
  const tooLate = () =>
    socket.destroy(Object.assign(new Error('the TLS handshake takes too long'), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(tooLate, Math.max(1, limitMs));
  socket.once('error', reject);
  socket.once('secureConnect', () => {
    clearTimeout(timer);
    socket.off('error', reject);
    resolve(socket);
  });
  socket.once('close', () => {
    clearTimeout(timer);
    reject(new Error('the connection ended in the TLS handshake'));
  });
  return promise;
};

/** For HTTP: its connections lead to this peer, whatever host a URL names. */
export const agentOf = (peer: Peer, limitMs: number, options: Agent.Options = {}): Agent =>
  new Agent({
    ...options,
    connect: ({ port }, done) => {
      dialPeer(peer, Number(port), limitMs).then(
        (stream) => done(null, asSocket(stream) as Socket),
        (error: Error) => done(error, null),
      );
    },
  });

/** Why an HTTP request failed: `ECONNREFUSED`, or a sentence. The code of a `DOMException` is a number, and says less. */
export const reasonOf = (error: unknown): string => {
  const { message, code } = error as { readonly message: string; readonly code?: unknown };
  return typeof code === 'string' ? code : message;
};

/** What libraries ask of a socket, of any stream. */
const asSocket = (stream: Duplex): Duplex => {
  for (const method of ['setNoDelay', 'setKeepAlive', 'setTimeout', 'ref', 'unref'])
    if (!(method in stream)) Object.assign(stream, { [method]: () => stream });
  return stream;
};

/** As pg opens a socket, of a stream that is open. */
const opened = (stream: Duplex): Duplex =>
  Object.assign(asSocket(stream), { connect: () => process.nextTick(() => stream.emit('connect')) });
