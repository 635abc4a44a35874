import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { callerOf, keyOf } from '../auth.ts';
import { problemDocument } from '../problem.ts';
import type { WatchedTokens } from '../stream/valid-tokens.ts';
import { isTaken } from './slow-readers.ts';

/** A comment this often keeps proxies from closing a stream in which nothing happens. */
const keepAliveMs = 15_000;

/** A reader that reads nothing for so long is dropped. */
const slowReaderMs = 30_000;

export interface EventStream {
  /** Aborts when the reader has gone, reads nothing, or the API stops. */
  readonly signal: AbortSignal;
  /** Sends one event, once the reader has taken those before it. */
  send(event: string, data?: unknown): Promise<void>;
}

/** Of one kind, that one token or session may have open, so that it leaves room for others. */
export const mostOfToken = 20;

export interface EventStreams {
  /** How many are open: in all, or of one token or session (`keyOf`). */
  readonly count: (key?: string) => number;
  /**
   * Answers with server-sent events (HTML Living Standard, section 9.2) until `tell` ends. What it throws is the last event,
   * `error`.
   */
  answer(request: FastifyRequest, reply: FastifyReply, tell: (stream: EventStream) => Promise<void>): Promise<void>;
}

/**
 * Streams of one kind; they end when the API stops, and with `tokens` when the caller's is no longer valid.
 * @throws PgrowError `too_many` for one more of a token than it may have
 */
export const eventStreams = (app: FastifyInstance, tokens: WatchedTokens | null): EventStreams => {
  const open = new Map<AbortController, string>();
  app.addHook('preClose', () => [...open.keys()].forEach((stream) => stream.abort()));
  const count = (key?: string): number =>
    key === undefined ? open.size : [...open.values()].filter((each) => each === key).length;
  return {
    count,
    answer: async (request, reply, tell) => {
      const caller = callerOf(request);
      const key = keyOf(caller);
      if (count(key) >= mostOfToken) throw tooManyOfToken;
      const stream = new AbortController();
      open.set(stream, key);
      reply.raw.on('close', () => stream.abort());
      // One that had gone before goes no second time.
      if (reply.raw.destroyed) stream.abort();
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // A connection kept alive after its stream was cut would keep the API from stopping.
        connection: 'close',
        'x-accel-buffering': 'no',
      });
      reply.raw.flushHeaders();
      let last = Promise.resolve();
      const write = (text: string): Promise<void> => (last = last.then(() => put(text)));
      const put = async (text: string): Promise<void> => {
        if (await isTaken(reply.raw, text, { signal: stream.signal, patienceMs: slowReaderMs })) return;
        request.log.info({ url: request.url }, 'a stream was not read and is closed');
        stream.abort();
        reply.raw.destroy();
      };
      const keepAlive = setInterval(() => {
        if (!reply.raw.writableNeedDrain) void write(': still there\n\n');
      }, keepAliveMs);
      const endWatch = tokens?.watch(caller, (why) => {
        void write(written('error', problemDocument(why, request.url))).finally(() => stream.abort());
      });
      try {
        await tell({ signal: stream.signal, send: (event, data) => write(written(event, data)) });
      } catch (error) {
        const known =
          error instanceof PgrowError ? error : new PgrowError('internal', 'The stream was interrupted. Reconnect.');
        await write(written('error', problemDocument(known, request.url)));
      } finally {
        clearInterval(keepAlive);
        endWatch?.();
        open.delete(stream);
        reply.raw.end();
      }
    },
  };
};

const tooManyOfToken = new PgrowError(
  'too_many',
  `${mostOfToken} streams of this kind are open with this token or in this browser, which is the limit. Close one of them.`,
);

const written = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`;
