import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A request as it came in. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** What the API has answered; null until then. */
  readonly status: number | null;
  /** Of a stream: what it has said so far. */
  readonly said: string;
}

/** What stands before the API: it can be away, and it remembers what was asked. */
export interface Front {
  readonly port: number;
  readonly address: string;
  readonly asked: Asked[];
  /** Streams that are open now. */
  streams(): number;
  /** Ends every stream; with `away`, nothing answers until it is back. */
  cut(options?: { readonly away?: boolean }): void;
  back(): void;
  /** From now on another API answers. */
  use(app: FastifyInstance): void;
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly app: FastifyInstance;
  /** The token that a page without a session acts with. Null for none. */
  readonly tokenOf: (request: IncomingMessage) => string | null;
  readonly port?: number;
  /** Takes what is for itself. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const openFront = async ({ app, tokenOf, port = 0, first = () => false }: FrontOptions): Promise<Front> => {
  await app.ready();
  let api = app;
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const streams = new Set<ServerResponse>();
  let isAway = false;
  const server = createServer((request, response) => {
    if (first(request, response)) return;
    if (isAway) return void request.socket.destroy();
    const entry = remember(asked, request, response);
    if (request.url?.startsWith('/v1/stream')) {
      streams.add(response);
      listenTo(entry, response);
      response.once('close', () => streams.delete(response));
    }
    const isSignedIn = request.headers.authorization !== undefined || request.headers['x-pgrow-session'] !== undefined;
    const token = isSignedIn ? null : tokenOf(request);
    if (token !== null) request.headers.authorization = `Bearer ${token}`;
    api.routing(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const found = (server.address() as AddressInfo).port;
  return {
    port: found,
    address: `http://127.0.0.1:${found}`,
    asked,
    streams: () => streams.size,
    cut({ away = false } = {}) {
      isAway = away;
      for (const socket of sockets) socket.destroy();
    },
    back: () => void (isAway = false),
    use: (next) => void (api = next),
    close: () => closed(server),
  };
};

const closed = (server: Server): Promise<void> => {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
};

type Entry = { -readonly [Key in keyof Asked]: Asked[Key] };

/** A body is noted as it comes in, and read by the API alone. */
const remember = (asked: Asked[], request: IncomingMessage, response: ServerResponse): Entry => {
  const { method = '', url = '', headers } = request;
  const entry: Entry = { method, url, headers: { ...headers }, body: '', status: null, said: '' };
  asked.push(entry);
  response.once('finish', () => void (entry.status = response.statusCode));
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk !== null) entry.body += chunk.toString();
    return push(chunk, encoding);
  };
  return entry;
};

const listenTo = (entry: Entry, response: ServerResponse): void => {
  const write = response.write.bind(response) as (text: string) => boolean;
  response.write = (text: string) => {
    entry.said += text;
    return write(text);
  };
};
