import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PgrowError } from '../../domain/errors.ts';
import { problemDocument } from '../problem.ts';
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

export interface EventStreams {
  readonly count: () => number;
  /**
   * Answers with server-sent events (HTML Living Standard, section 9.2) until `tell` ends. What it throws is the last event,
   * `error`.
   */
  answer(request: FastifyRequest, reply: FastifyReply, tell: (stream: EventStream) => Promise<void>): Promise<void>;
}

/** Streams of one kind; they end when the API stops. */
export const eventStreams = (app: FastifyInstance): EventStreams => {
  const open = new Set<AbortController>();
  app.addHook('preClose', () => open.forEach((stream) => stream.abort()));
  return {
    count: () => open.size,
    answer: async (request, reply, tell) => {
      const stream = new AbortController();
      open.add(stream);
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
      try {
        await tell({ signal: stream.signal, send: (event, data) => write(written(event, data)) });
      } catch (error) {
        const known =
          error instanceof PgrowError ? error : new PgrowError('internal', 'The stream was interrupted. Reconnect.');
        await write(written('error', problemDocument(known, request.url)));
      } finally {
        clearInterval(keepAlive);
        open.delete(stream);
        reply.raw.end();
      }
    },
  };
};

const written = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`;
