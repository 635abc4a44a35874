import type { Connection } from './connection.ts';
import type { Position } from './feed.ts';
import { createListeners } from './listeners.ts';
import type { StreamMessage } from './messages.ts';
import { createOwnTopics } from './own-topics.ts';

/** What this tab shows, what it has heard of it, and whether that is kept up to date. */
export const createThisTab = () => {
  const messages = createListeners<StreamMessage>();
  const connections = createListeners<void>();
  const topics = createOwnTopics(() => performance.now());
  let connection: Connection = { state: 'idle' };
  let position: Position | null = null;
  return {
    topics,
    become(next: Connection): void {
      connection = next;
      connections.say();
    },
    hear(message: StreamMessage, at: Position): void {
      if (at.id !== null) position = at;
      topics.note(message, at);
      messages.say(message);
    },
    connection: (): Connection => connection,
    position: (): Position | null => position,
    /** Whether the stream carries something of which it does not know the beginning. */
    isBehind: (): boolean => topics.unknown().some((topic) => position?.topics.split(',').includes(topic)),
    onMessage: messages.add,
    onConnection: connections.add,
  };
};
