import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A process that stands still: the kernel takes connections for it and no one ever answers. */
export interface SilentServer {
  readonly host: string;
  readonly port: number;
  /** Everything that it was sent. */
  received(): string;
  close(): Promise<void>;
}

/** A login that PostgreSQL accepts, and that it is ready (PostgreSQL manual, Message Formats). */
export const postgresLogin = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** On a loopback address of its own. `greeting` answers the first that it is sent, and nothing else is answered. */
export const silentServer = async ({
  port = 0,
  greeting,
}: { readonly port?: number; readonly greeting?: Buffer | string } = {}): Promise<SilentServer> => {
  const host = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('data', () => greeting !== undefined && socket.write(greeting));
    socket
      .on('data', (chunk) => (received += chunk.toString('latin1')))
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
  return {
    host,
    port: (server.address() as AddressInfo).port,
    received: () => received,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
