import { serverNow } from '../clock.ts';
import { isProblem } from '../problem.ts';
import { type Connection, waitBeforeAttempt } from './connection.ts';
import type { StreamMessage } from './messages.ts';
import { readEvents } from './read-events.ts';

/** Up to where something is known. */
export interface Position {
  /** For which it is, in order, separated by commas. */
  readonly topics: string;
  /** Of the last event. */
  readonly id: string | null;
  /** Since everything was said from the beginning. */
  readonly run: string;
}

interface Hooks {
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly onMessage: (message: StreamMessage, position: Position) => void;
  readonly onConnection: (connection: Connection) => void;
}

export interface Feed {
  /** Keeps these topics coming. `fresh`: everything is said from the beginning, because somebody does not know it. */
  want(topics: readonly string[], fresh: boolean): void;
  /** Goes on where another tab was. */
  adopt(position: Position): void;
  /** At once, whatever the next attempt would have waited for. */
  retry(): void;
  /** The session is over: nothing is tried before `retry`. */
  signOut(): void;
  stop(): void;
}

/** What one stream may carry. */
const mostTopics = 30;

/** Holds one connection, and gets it back. */
export const createFeed = ({ fetch, random, onMessage, onConnection }: Hooks): Feed => {
  /** Of what is gone, asking for it refuses all the others. */
  const gone = new Set<string>();
  let wanted: readonly string[] = [];
  let position: Position | null = null;
  let running: AbortController | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let since: number | null = null;
  let isSignedOut = false;

  const end = (): void => {
    running?.abort();
    running = null;
    clearTimeout(waiting);
  };
  const run = async (): Promise<void> => {
    end();
    const topics = wanted.filter((topic) => !gone.has(topic)).join(',');
    if (topics === '' || isSignedOut) return;
    const control = new AbortController();
    running = control;
    if (position?.topics !== topics) position = { topics, id: null, run: `${serverNow()}-${random()}` };
    try {
      await readEvents({ fetch, topics, lastEventId: position.id, signal: control.signal, onOpen, onEvent });
      if (running === control) again(null);
    } catch (error) {
      if (running === control) again(error);
    }
  };
  const onOpen = (): void => {
    since = null;
    onConnection({ state: 'live' });
  };
  const onEvent = (message: StreamMessage, id: string | null): void => {
    if (!position) return;
    failures = 0;
    position = { ...position, id: id ?? position.id };
    onMessage(message, position);
  };
  const again = (error: unknown): void => {
    running = null;
    if (isProblem(error) && error.status === 401) return signOut();
    const lost = isProblem(error)
      ? wanted.find((topic) => isAbout(error.message, topic) && !gone.has(topic))
      : undefined;
    if (lost !== undefined) {
      gone.add(lost);
      onMessage({ event: 'ended', data: { topic: lost, status: 'gone' } }, { topics: '', id: null, run: '' });
      return void run();
    }
    const wait = waitBeforeAttempt(failures, random);
    failures += 1;
    since ??= serverNow();
    const refused = isProblem(error) && error.status > 0 ? error.message : null;
    onConnection({ state: 'reconnecting', since, retryAt: serverNow() + wait, refused });
    waiting = setTimeout(() => void run(), wait);
  };
  const signOut = (): void => {
    end();
    isSignedOut = true;
    onConnection({ state: 'signed_out' });
  };

  return {
    want(topics, fresh) {
      wanted = [...new Set(topics)].slice(0, mostTopics).sort();
      for (const topic of gone) if (!wanted.includes(topic)) gone.delete(topic);
      const open = new Set(position?.topics.split(','));
      const isCarried = wanted.every((topic) => open.has(topic) || gone.has(topic));
      // What nobody wants any longer comes until the next time; beginning again for that would say everything once more.
      if (running && isCarried && !fresh) return;
      if (fresh) position = null;
      void run();
    },
    adopt(known) {
      position = known;
    },
    retry() {
      isSignedOut = false;
      failures = 0;
      void run();
    },
    signOut,
    stop() {
      end();
      since = null;
      if (!isSignedOut) onConnection({ state: 'idle' });
    },
  };
};

const isAbout = (detail: string, topic: string): boolean => {
  const [, id] = topic.split(':');
  return id !== undefined && detail.includes(id);
};
