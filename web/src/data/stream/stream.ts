import { onSignedOut } from '../api.ts';
import type { Connection } from './connection.ts';
import { createFeed, type Position } from './feed.ts';
import type { StreamMessage } from './messages.ts';
import { createOwnTopics } from './own-topics.ts';
import { type Agreement, createCandidate, type TabMessage } from './tabs.ts';

export interface Stream {
  /** Until the returned function is called, what there is to know of the topic is delivered. */
  listen(topic: string): () => void;
  onMessage(listener: (message: StreamMessage) => void): () => void;
  connection(): Connection;
  onConnection(listener: () => void): () => void;
  /** After a sign-in, and where somebody does not want to wait for the next attempt. */
  reconnect(): void;
}

/** What of the browser it needs. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  readonly random: () => number;
  readonly agreement: Agreement | null;
  readonly isVisible: () => boolean;
  readonly onVisibility: (listener: () => void) => void;
}

/** Topics come and go together when a page changes; other tabs answer within this time. Milliseconds. */
const settleMs = 30;

/**
 * What all tabs of a browser show, over one connection: browsers open six for all of them together. A visible tab holds it and
 * says to the others what it hears; when it is hidden another one takes over, and when all are hidden there is none.
 */
export const createStream = ({ fetch, random, agreement, isVisible, onVisibility }: Surroundings): Stream => {
  const listeners = new Set<(message: StreamMessage) => void>();
  const watchers = new Set<() => void>();
  const own = createOwnTopics(() => performance.now());
  const others = new Map<string, readonly string[]>();
  const tab = String(random());
  let connection: Connection = { state: 'idle' };
  let position: Position | null = null;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let isUnknownElsewhere = false;

  const say = (message: TabMessage): void => agreement?.channel.say(message);
  const become = (next: Connection): void => {
    connection = next;
    for (const watcher of watchers) watcher();
  };
  const hear = (message: StreamMessage, at: Position): void => {
    if (at.id !== null) position = at;
    own.note(message, at);
    for (const listener of listeners) listener(message);
  };
  const feed = createFeed({
    fetch,
    random,
    onMessage: (message, at) => {
      hear(message, at);
      say({ type: 'message', message, position: at });
    },
    onConnection: (next) => {
      become(next);
      // One that lets go says nothing of those who go on.
      if (next.state !== 'idle') say({ type: 'connection', connection: next });
    },
  });
  const candidate = createCandidate(agreement?.locks ?? null, () => {
    others.clear();
    if (position) feed.adopt(position);
    say({ type: 'who' });
    settle();
  });
  const union = (): readonly string[] => [...own.all(), ...[...others.values()].flat()];
  const announce = (): void => {
    const topics = isVisible() ? own.all() : [];
    say({ type: 'topics', tab, topics, fresh: topics.length === 0 ? [] : own.unknown() });
  };
  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (!candidate.holds()) return announce();
      const isUnknown = own.unknown().some((topic) => position?.topics.split(',').includes(topic));
      feed.want(union(), isUnknown || isUnknownElsewhere);
      isUnknownElsewhere = false;
    }, settleMs);
  };
  const show = (): void => {
    if (isVisible()) candidate.stand();
    else {
      if (candidate.holds()) feed.stop();
      else {
        become({ state: 'idle' });
        // At once: one that is being closed has no later.
        announce();
      }
      candidate.withdraw();
    }
    settle();
  };
  const answer = (message: TabMessage): void => {
    if (message.type === 'message') return hear(message.message, message.position);
    if (message.type === 'connection') return isVisible() ? become(message.connection) : undefined;
    if (message.type === 'who') return announce();
    if (!candidate.holds()) return;
    if (message.type === 'retry') return feed.retry();
    if (message.topics.length === 0) others.delete(message.tab);
    else others.set(message.tab, message.topics);
    say({ type: 'connection', connection });
    isUnknownElsewhere ||= message.fresh.length > 0;
    settle();
  };

  agreement?.channel.hear(answer);
  onVisibility(show);
  onSignedOut(() => (candidate.holds() ? feed.signOut() : become({ state: 'signed_out' })));
  show();

  return {
    listen(topic) {
      own.add(topic);
      settle();
      return () => {
        own.remove(topic);
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
    reconnect: () => (candidate.holds() ? feed.retry() : say({ type: 'retry' })),
  };
};
