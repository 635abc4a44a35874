import type { Connection } from './connection.ts';
import type { Position } from './feed.ts';
import type { StreamMessage } from './messages.ts';

/** What the tabs of a browser say to each other. */
export type TabMessage =
  | { readonly type: 'message'; readonly message: StreamMessage; readonly position: Position }
  | { readonly type: 'connection'; readonly connection: Connection }
  /** What a visible tab shows, and of which of it it does not know the beginning. */
  | {
      readonly type: 'topics';
      readonly tab: string;
      readonly topics: readonly string[];
      readonly fresh: readonly string[];
    }
  /** From the one that holds the stream now. */
  | { readonly type: 'who' }
  | { readonly type: 'retry' };

export interface Channel {
  /** To all others. */
  say(message: TabMessage): void;
  hear(listener: (message: TabMessage) => void): void;
}

/** What browsers have for this; null where one of the two is missing, as it is without a secure context. */
export interface Agreement {
  readonly locks: {
    request(name: string, options: { readonly signal: AbortSignal }, hold: () => Promise<void>): Promise<unknown>;
  };
  readonly channel: Channel;
}

export interface Candidate {
  /** Wants to hold the stream: at once, or when the tab that does lets go. */
  stand(): void;
  /** Lets go, or waits no longer. */
  withdraw(): void;
  readonly holds: () => boolean;
}

const lockName = 'pgrow-stream';

/** One of the visible tabs holds the stream. */
export const createCandidate = (locks: Agreement['locks'] | null, whenHeld: () => void): Candidate => {
  let standing: AbortController | null = null;
  let letGo: (() => void) | null = null;
  return {
    holds: () => letGo !== null,
    stand() {
      if (standing) return;
      const control = new AbortController();
      standing = control;
      const hold = (): Promise<void> =>
        new Promise((resolve) => {
          // It was withdrawn in the moment in which it was given.
          if (control.signal.aborted) return resolve();
          letGo = resolve;
          whenHeld();
        });
      // Alone, or where tabs cannot agree, each has its own.
      if (!locks) return void hold();
      locks.request(lockName, { signal: control.signal }, hold).catch(() => {
        if (!control.signal.aborted) void hold();
      });
    },
    withdraw() {
      standing?.abort();
      standing = null;
      letGo?.();
      letGo = null;
    },
  };
};
