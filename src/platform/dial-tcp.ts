import { connect, type Socket } from 'node:net';

/** @throws the system's error; one of code `ETIMEDOUT` when it is not open after `limitMs` */
export const dialTcp = (host: string, port: number, limitMs: number): Promise<Socket> => {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  const timer = setTimeout(
    () =>
      socket.destroy(
        Object.assign(new Error(`no connection to ${host}:${port} within ${limitMs} ms`), { code: 'ETIMEDOUT' }),
      ),
    limitMs,
  );
  socket.once('error', reject);
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.off('error', reject);
    resolve(socket);
  });
  socket.once('close', () => clearTimeout(timer));
  return promise;
};
