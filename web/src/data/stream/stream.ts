import { onSignedOut } from '../api.ts';
import { serverNow } from '../clock.ts';
import { openEvents } from '../events.ts';
import { isProblem } from '../problem.ts';
import type { StreamMessage } from './messages.ts';

export type Connection =
  /** Nothing on this page is kept up to date. */
  | { readonly state: 'idle' }
  | { readonly state: 'live' }
  /** Times in milliseconds since 1970, by the server's clock. */
  | { readonly state: 'reconnecting'; readonly since: number; readonly retryAt: number }
  | { readonly state: 'signed_out' };

export interface Stream {
  /** Until the returned function is called, what there is to know of the topic is delivered. */
  listen(topic: string): () => void;
  onMessage(listener: (message: StreamMessage) => void): () => void;
  connection(): Connection;
  onConnection(listener: () => void): () => void;
  /** After a sign-in, and where somebody does not want to wait for the next attempt. */
  reconnect(): void;
}

const longestWaitMs = 30_000;
/** Topics come and go together when a page changes. */
const settleMs = 30;

/** One connection for everything that this tab shows. */
export const createStream = (): Stream => {
  const topics = new Map<string, number>();
  const listeners = new Set<(message: StreamMessage) => void>();
  const watchers = new Set<() => void>();
  let connection: Connection = { state: 'idle' };
  let running: AbortController | null = null;
  let openTopics = '';
  let lastEventId: string | null = null;
  let failures = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Connection): void => {
    connection = next;
    for (const watcher of watchers) watcher();
  };
  const isWanted = (): boolean => topics.size > 0 && document.visibilityState === 'visible';

  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      const wanted = [...topics.keys()].sort().join(',');
      if (!isWanted()) return stop();
      if (running && wanted === openTopics) return;
      lastEventId = null;
      void run(wanted);
    }, settleMs);
  };
  const stop = (): void => {
    running?.abort();
    running = null;
    clearTimeout(waiting);
    if (connection.state !== 'signed_out') become({ state: 'idle' });
  };

  const run = async (wanted: string): Promise<void> => {
    running?.abort();
    clearTimeout(waiting);
    const control = new AbortController();
    running = control;
    openTopics = wanted;
    try {
      await read(wanted, control.signal);
    } catch {
      // What went wrong does not matter: it is tried again.
    }
    if (control.signal.aborted || running !== control) return;
    running = null;
    if (connection.state === 'signed_out') return;
    const waitMs = Math.min(longestWaitMs, 1000 * 2 ** failures) * (0.8 + Math.random() * 0.4);
    failures += 1;
    const since = connection.state === 'reconnecting' ? connection.since : serverNow();
    become({ state: 'reconnecting', since, retryAt: serverNow() + waitMs });
    waiting = setTimeout(() => {
      if (isWanted()) void run([...topics.keys()].sort().join(','));
    }, waitMs);
  };

  const read = async (wanted: string, signal: AbortSignal): Promise<void> => {
    const events = await openEvents(`/v1/stream?topics=${encodeURIComponent(wanted)}`, { signal, lastEventId }).catch(
      (error: unknown) => {
        if (isProblem(error) && error.status === 401) become({ state: 'signed_out' });
        throw error;
      },
    );
    failures = 0;
    become({ state: 'live' });
    for (;;) {
      const { done, value } = await events.read();
      if (done) return;
      if (value.id !== undefined) lastEventId = value.id;
      const message = { event: value.event, data: JSON.parse(value.data) as unknown } as StreamMessage;
      for (const listener of listeners) listener(message);
    }
  };

  document.addEventListener('visibilitychange', settle);
  onSignedOut(() => {
    running?.abort();
    running = null;
    become({ state: 'signed_out' });
  });

  return {
    listen(topic) {
      topics.set(topic, (topics.get(topic) ?? 0) + 1);
      settle();
      return () => {
        const left = (topics.get(topic) ?? 1) - 1;
        if (left > 0) topics.set(topic, left);
        else topics.delete(topic);
        settle();
      };
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connection: () => connection,
    onConnection(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    reconnect() {
      failures = 0;
      become({ state: 'idle' });
      openTopics = '';
      settle();
    },
  };
};
