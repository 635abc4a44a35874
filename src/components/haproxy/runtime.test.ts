import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tcpPeer } from '../../../test/support/tcp-peer.ts';
import type { Peer } from '../peer.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { connectHaproxy, readAnswers } from './runtime.ts';

let server: Server;
let clients: Socket[] = [];
afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
  server.close();
});

/** Answers each line by `answer`, whose chunks go out one by one; the first line, `prompt`, by a prompt. */
const haproxy = (answer: (line: string) => readonly string[]) =>
  new Promise<{ peer: Peer; port: number }>((resolve) => {
    server = createServer({ noDelay: true }, (socket) => {
      clients.push(socket);
      socket.on('data', (data) => {
        for (const line of data.toString().trim().split('\n')) {
          const chunks = line === 'prompt' ? ['\n> '] : answer(line);
          void chunks.reduce<Promise<void>>(
            (before, chunk) => before.then(() => new Promise((sent) => socket.write(chunk, () => setImmediate(sent)))),
            Promise.resolve(),
          );
        }
      });
    }).listen(0, '127.0.0.1', () =>
      resolve({ peer: tcpPeer('127.0.0.1'), port: (server.address() as AddressInfo).port }),
    );
  });

describe('the runtime API', () => {
  test('gives each command its own answer when several are given at once', async () => {
    const api = await connectHaproxy(await haproxy((line) => [`answer to ${line}\n\n> `]));
    expect(await Promise.all([api.command('one'), api.command('two')])).toEqual(['answer to one', 'answer to two']);
    api.end();
  });

  // A prompt follows each command of a line; the rest used to be taken for the answer to the next line.
  test('waits for all answers of a line, however they arrive', async () => {
    const api = await connectHaproxy(
      await haproxy((line) => (line === 'a;b' ? ['\n> ', 'No such server.\n\n', '> '] : ['3.0.11\n\n> '])),
    );
    expect(await api.command('a;b')).toBe('No such server.');
    expect(await api.command('show version')).toBe('3.0.11');
    api.end();
  });

  test('says what it waited for when no answer comes, and cannot be used afterwards', async () => {
    const api = await connectHaproxy({ ...(await haproxy(() => [])), timeoutMs: 50 });
    await expect(api.command('show info')).rejects.toMatchObject({
      code: 'no_answer',
      message: expect.stringContaining('did not answer "show info" within 50 ms'),
    });
    await expect(api.command('show info')).rejects.toMatchObject({ code: 'no_answer' });
  });
});

test('an answer without its prompt is not complete', () => {
  expect(readAnswers('> ')).toEqual({ answers: [''], complete: true });
  expect(readAnswers('half an ans')).toEqual({ answers: [], complete: false });
});
