import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a PostgreSQL server, which can be away. */
export interface Relay {
  /** Of a database behind it. */
  readonly url: string;
  /** Ends what is connected, and each new connection at once. */
  cut(): void;
  back(): void;
  close(): Promise<void>;
}

export const openRelay = async (url: string): Promise<Relay> => {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isAway = false;
  const server = createServer((client) => {
    if (isAway) return void client.destroy();
    const behind = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    cut() {
      isAway = true;
      for (const socket of sockets) socket.destroy();
    },
    back: () => void (isAway = false),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
};
