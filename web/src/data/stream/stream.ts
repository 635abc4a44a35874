import { onSignedOut } from '../api.ts';
import type { Connection } from './connection.ts';
import { createFeed } from './feed.ts';
import type { StreamMessage } from './messages.ts';
import { createOtherTabs } from './other-tabs.ts';
import { type Agreement, createCandidate, type TabMessage } from './tabs.ts';
import { createThisTab } from './this-tab.ts';

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
  const here = createThisTab();
  const others = createOtherTabs();
  const tab = String(random());
  let settling: ReturnType<typeof setTimeout> | undefined;

  const say = (message: TabMessage): void => agreement?.channel.say(message);
  const feed = createFeed({
    fetch,
    random,
    onMessage: (message, at) => {
      here.hear(message, at);
      say({ type: 'message', message, position: at });
    },
    onConnection: (next) => {
      here.become(next);
      // One that lets go says nothing of those who go on.
      if (next.state !== 'idle') say({ type: 'connection', connection: next });
    },
  });
  const candidate = createCandidate(agreement?.locks ?? null, () => {
    others.clear();
    const position = here.position();
    if (position) feed.adopt(position);
    say({ type: 'who' });
    settle();
  });
  const announce = (): void => {
    const topics = isVisible() ? here.topics.all() : [];
    say({ type: 'topics', tab, topics, fresh: topics.length === 0 ? [] : here.topics.unknown() });
  };
  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (!candidate.holds()) return announce();
      feed.want([...here.topics.all(), ...others.topics()], others.takeUnknown() || here.isBehind());
    }, settleMs);
  };
  const hide = (): void => {
    if (candidate.holds()) feed.stop();
    else {
      here.become({ state: 'idle' });
      // At once: one that is being closed has no later.
      announce();
    }
    candidate.withdraw();
  };
  const show = (): void => {
    if (isVisible()) candidate.stand();
    else hide();
    settle();
  };
  const answer = (message: TabMessage): void => {
    if (message.type === 'message') return here.hear(message.message, message.position);
    if (message.type === 'connection') return isVisible() ? here.become(message.connection) : undefined;
    if (message.type === 'who') return announce();
    if (!candidate.holds()) return;
    if (message.type === 'retry') return feed.retry();
    others.note(message);
    say({ type: 'connection', connection: here.connection() });
    settle();
  };

  agreement?.channel.hear(answer);
  onVisibility(show);
  onSignedOut(() => (candidate.holds() ? feed.signOut() : here.become({ state: 'signed_out' })));
  show();

  return {
    listen(topic) {
      here.topics.add(topic);
      settle();
      return () => {
        here.topics.remove(topic);
        settle();
      };
    },
    onMessage: here.onMessage,
    connection: here.connection,
    onConnection: here.onConnection,
    reconnect: () => (candidate.holds() ? feed.retry() : say({ type: 'retry' })),
  };
};
