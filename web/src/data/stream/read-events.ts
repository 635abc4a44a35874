import { openEvents } from '../events.ts';
import type { StreamMessage } from './messages.ts';

interface Reading {
  readonly fetch: typeof fetch;
  readonly topics: string;
  readonly lastEventId: string | null;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEvent: (message: StreamMessage, id: string | null) => void;
}

/** The server says something every 15 s, be it that nothing has happened. */
const longestSilenceMs = 45_000;

/** Until the server ends it, or it falls silent. @throws Problem with which it was refused */
export const readEvents = async (reading: Reading): Promise<void> => {
  const { fetch, topics, lastEventId, signal, onOpen, onEvent } = reading;
  const silent = new AbortController();
  const wait = () => setTimeout(() => silent.abort(), longestSilenceMs);
  let alarm = wait();
  const onSign = (): void => {
    clearTimeout(alarm);
    alarm = wait();
  };
  try {
    const events = await openEvents(`/v1/stream?topics=${encodeURIComponent(topics)}`, {
      signal: AbortSignal.any([signal, silent.signal]),
      lastEventId,
      onSign,
      ask: fetch,
    });
    onOpen();
    for (;;) {
      const { done, value } = await events.read();
      if (done || signal.aborted) return;
      onEvent({ event: value.event, data: JSON.parse(value.data) as unknown } as StreamMessage, value.id ?? null);
    }
  } finally {
    clearTimeout(alarm);
  }
};
