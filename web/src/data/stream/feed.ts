import { serverNow } from '../clock.ts';
import { isProblem } from '../problem.ts';
import { createAttempts } from './attempts.ts';
import type { Connection } from './connection.ts';
import type { StreamMessage } from './messages.ts';
import { createSingleConnection } from './single-connection.ts';
import { createWantedTopics } from './wanted-topics.ts';

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

/** Holds one connection, and gets it back. */
export const createFeed = ({ fetch, random, onMessage, onConnection }: Hooks): Feed => {
  const topics = createWantedTopics();
  const attempts = createAttempts(random);
  const connection = createSingleConnection(fetch);
  let position: Position | null = null;

  const end = (): void => {
    connection.end();
    attempts.cancel();
  };
  const run = (): void => {
    end();
    const asked = topics.asked();
    if (asked === '' || attempts.areOver()) return;
    if (position?.topics !== asked) position = { topics: asked, id: null, run: `${serverNow()}-${random()}` };
    void connection.open({ topics: asked, lastEventId: position.id, onOpen, onEvent }, again);
  };
  const onOpen = (): void => {
    attempts.noteOpen();
    onConnection({ state: 'live' });
  };
  const onEvent = (message: StreamMessage, id: string | null): void => {
    if (!position) return;
    attempts.noteWorks();
    position = { ...position, id: id ?? position.id };
    onMessage(message, position);
  };
  const again = (error: unknown): void => {
    if (isProblem(error) && error.status === 401) return signOut();
    const lost = topics.lose(error);
    if (lost === undefined) return onConnection(attempts.plan(error, run));
    onMessage({ event: 'ended', data: { topic: lost, status: 'gone' } }, { topics: '', id: null, run: '' });
    run();
  };
  const signOut = (): void => {
    connection.end();
    attempts.giveUp();
    onConnection({ state: 'signed_out' });
  };

  return {
    want(wanted, fresh) {
      topics.want(wanted);
      const isCarried = topics.areAmong(new Set(position?.topics.split(',')));
      // What nothing shows any longer comes until the next time; beginning again for that would say everything once more.
      if (connection.isOpen() && isCarried && !fresh) return;
      if (fresh) position = null;
      run();
    },
    adopt: (known) => void (position = known),
    retry() {
      attempts.beginAgain();
      run();
    },
    signOut,
    stop() {
      end();
      attempts.noteOpen();
      if (!attempts.areOver()) onConnection({ state: 'idle' });
    },
  };
};
