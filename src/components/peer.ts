import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { Agent } from 'undici';

/** A node as pgrow speaks with it. How its ports are reached is for the platform to know. */
export interface Peer {
  /** For errors: `postgres-2`. */
  readonly name: string;
  /** In the network of its database: what its fellow nodes reach it by. Nothing here connects to it. */
  readonly address: string;
  /**
   * Opens a stream to one of its ports.
   * @throws the system's error, `ECONNREFUSED` for instance; `ETIMEDOUT` when it is not open after `limitMs`
   */
  dial(port: number, limitMs: number): Promise<Duplex>;
}

/** A client of PostgreSQL's protocol on a stream to this port; connecting it is for the caller. Fails as `dial` does. */
export const dialPostgres = async (
  { peer, port, limitMs }: { readonly peer: Peer; readonly port: number; readonly limitMs: number },
  login: Pick<pg.ClientConfig, 'database' | 'user' | 'password' | 'options' | 'query_timeout' | 'application_name'>,
): Promise<pg.Client> => {
  const began = performance.now();
  const stream = await peer.dial(port, limitMs);
  const left = Math.max(1, limitMs - (performance.now() - began));
  return new pg.Client({ ...login, connectionTimeoutMillis: left, keepAlive: true, stream: () => opened(stream) });
};

/** For HTTP: its connections lead to this peer, whatever host a URL names. */
export const agentOf = (peer: Peer, limitMs: number, options: Agent.Options = {}): Agent =>
  new Agent({
    ...options,
    connect: ({ port }, done) => {
      peer.dial(Number(port), limitMs).then(
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
