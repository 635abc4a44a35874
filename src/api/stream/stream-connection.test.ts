import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { openStreamConnection } from './stream-connection.ts';

const tooSlow = { event: 'problem', data: '{"problem":"too slow"}' };

test('a reader that does not read is dropped with a last event, and what it is behind is bounded', async () => {
  const app = fastify({ forceCloseConnections: true });
  const sent = Promise.withResolvers<number>();
  app.get('/', (_request, reply) => {
    const closed = new AbortController();
    const connection = openStreamConnection(reply, { tooSlow, onClose: () => closed.abort() });
    let events = 0;
    const data = JSON.stringify('x'.repeat(64 * 1024));
    for (; !closed.signal.aborted && events < 10_000; events += 1) connection.send({ event: 'changed', data });
    sent.resolve(events);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  // About a megabyte on this side; the kernel's buffers come to that.
  expect(await sent.promise).toBeLessThan(1000);
  const received = await text(socket);
  expect(received).toContain('retry: 2000');
  expect(received).toContain('event: problem\ndata: {"problem":"too slow"}\n\n');
  await app.close();
});
