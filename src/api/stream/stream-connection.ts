import type { FastifyReply } from 'fastify';

/** Bytes that a reader may be behind, beside the largest snapshot: one of many databases is larger than that by itself. */
const mostUnread = 1024 * 1024;
/** A comment this often keeps proxies from closing a stream in which nothing happens. */
const keepAliveMs = 15_000;
/** Until a browser comes back. */
const retryMs = 2000;
/** Until a connection that has been ended is cut, whether its reader has taken the rest or not. */
const endLimitMs = 5000;

export interface SentEvent {
  readonly id?: string;
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

export interface StreamConnection {
  /** Never waits: a reader that is too far behind is dropped, after `tooSlow`. */
  send(event: SentEvent): void;
  /** After a last event. */
  end(last?: SentEvent): void;
}

interface Opening {
  readonly tooSlow: SentEvent;
  /** Runs once, however it ends. */
  readonly onClose: () => void;
}

/** Answers with server-sent events (HTML Living Standard, section 9.2). */
export const openStreamConnection = (reply: FastifyReply, { tooSlow, onClose }: Opening): StreamConnection => {
  const { raw } = reply;
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // A connection kept alive after its stream was cut would keep the API from stopping.
    connection: 'close',
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${retryMs}\n\n`);
  let isOpen = true;
  let largestSnapshot = 0;
  const keepAlive = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': still there\n\n');
  }, keepAliveMs);
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(keepAlive);
    onClose();
  };
  raw.on('close', close);
  const end = (last?: SentEvent): void => {
    if (!isOpen) return;
    close();
    raw.end(last && written(last));
    const cut = setTimeout(() => raw.destroy(), endLimitMs).unref();
    raw.on('close', () => clearTimeout(cut));
  };
  return {
    end,
    send(event) {
      if (!isOpen) return;
      if (raw.writableLength > mostUnread + largestSnapshot) return end(tooSlow);
      const text = written(event);
      if (event.event === 'snapshot') largestSnapshot = Math.max(largestSnapshot, Buffer.byteLength(text));
      raw.write(text);
    },
  };
};

const written = ({ id, event, data }: SentEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
