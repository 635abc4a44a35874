import type { Duplex } from 'node:stream';
import { PgrowError } from '../../domain/errors.ts';
import { ports } from '../../domain/naming.ts';
import { dialPeer, type Peer } from '../peer.ts';

interface Address {
  readonly peer: Peer;
  readonly port?: number;
  readonly timeoutMs?: number;
}

/** HAProxy's runtime API (HAProxy management guide, Unix Socket commands), over one connection kept open. */
export interface RuntimeApi {
  /**
   * Several commands may be given at once, separated by `;`. Returns what HAProxy says, without prompts. Commands
   * given while one runs wait for their turn.
   */
  command(text: string): Promise<string>;
  end(): void;
}

const defaultTimeoutMs = 2000;

/** @throws PgrowError `no_answer` when HAProxy does not take the connection or does not answer in time */
export const connectHaproxy = async ({
  peer,
  port = ports.runtime,
  timeoutMs = defaultTimeoutMs,
}: Address): Promise<RuntimeApi> => {
  const socket = await open(peer, port, timeoutMs);
  let buffered = '';
  let waiting: {
    prompts: number;
    resolve: (answers: readonly string[]) => void;
    reject: (error: Error) => void;
  } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  // After a failure it is unknown which answer comes next, so the connection is useless.
  const fail = (why: string) => {
    socket.destroy();
    waiting?.reject(new PgrowError('no_answer', `HAProxy on ${peer.name}: ${why}.`));
    waiting = null;
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    const { answers, complete } = readAnswers(buffered);
    if (!waiting || !complete || answers.length < waiting.prompts) return;
    buffered = '';
    waiting.resolve(answers);
    waiting = null;
  });
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('closed the connection'));

  const send = (text: string): Promise<string> =>
    new Promise<readonly string[]>((resolve, reject) => {
      const timer = setTimeout(() => fail(`did not answer "${text}" within ${timeoutMs} ms`), timeoutMs);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      waiting = { prompts: text.split(';').length, resolve: settled(resolve), reject: settled(reject) };
      if (socket.destroyed) fail('closed the connection');
      else socket.write(`${text}\n`);
    }).then((answers) => answers.filter(Boolean).join('\n'));
  const command = (text: string): Promise<string> => {
    const answer = last.then(() => send(text));
    last = answer.catch(() => undefined);
    return answer;
  };
  await command('prompt');
  return { command, end: () => socket.destroy() };
};

/** Each command's answer ends with a prompt on a line of its own, also between several commands of one line. */
export const readAnswers = (text: string): { readonly answers: readonly string[]; readonly complete: boolean } => {
  const parts = `\n${text}`.split('\n> ');
  return { answers: parts.slice(0, -1).map((part) => part.trim()), complete: parts.at(-1) === '' };
};

const open = async (peer: Peer, port: number, timeoutMs: number): Promise<Duplex> => {
  try {
    return await dialPeer(peer, port, timeoutMs);
  } catch (error) {
    const { message } = error as Error;
    throw new PgrowError('no_answer', `HAProxy on ${peer.name} does not answer: ${message}.`, { cause: error });
  }
};
