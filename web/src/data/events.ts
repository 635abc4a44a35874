import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import { sessionHeaders } from './api.ts';
import { noteServerTime } from './clock.ts';
import { problemOf, Unreachable } from './problem.ts';

interface OpenOptions {
  readonly signal: AbortSignal;
  /** Where a stream that broke off goes on. */
  readonly lastEventId?: string | null;
  /** Whenever something comes, be it that nothing has happened. */
  readonly onSign?: () => void;
  /** In place of the browser's. */
  readonly ask?: typeof fetch;
}

/**
 * Server-sent events of one request. EventSource sends no headers, and hides why it was refused.
 * @throws Problem what the API says
 */
export const openEvents = async (
  path: string,
  { signal, lastEventId = null, onSign, ask = fetch }: OpenOptions,
): Promise<ReadableStreamDefaultReader<EventSourceMessage>> => {
  const sentAt = Date.now();
  const response = await ask(path, {
    signal,
    credentials: 'same-origin',
    headers: {
      accept: 'text/event-stream',
      ...sessionHeaders(),
      ...(lastEventId !== null && { 'last-event-id': lastEventId }),
    },
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Unreachable();
  });
  noteServerTime(response.headers.get('date'), sentAt, Date.now());
  if (!response.ok || response.body === null) throw await problemOf(response, `GET ${path}`);
  const signs = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onSign?.();
      controller.enqueue(chunk);
    },
  });
  return response.body
    .pipeThrough(signs)
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
};
