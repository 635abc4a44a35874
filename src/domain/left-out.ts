/**
 * A fast shutdown of PostgreSQL waits until every walsender has sent everything and its receiver has confirmed it: one
 * that lags or hangs holds up the stop of a hand-over, and with it every client. Only the successor has to be waited for.
 */
export interface WalSender {
  readonly pid: number;
  /** Application name: a node's own name where it is one of ours. */
  readonly name: string;
  readonly user: string;
  /** Null for one through the server's socket. */
  readonly address: string | null;
  /** `streaming`, `catchup`, `backup` … */
  readonly state: string;
  /** Through which it streams; null without one. */
  readonly slot: string | null;
  /** Bytes that its receiver has not confirmed yet of what was written by a moment ago; null if it confirms nothing. */
  readonly unconfirmed_bytes: number | null;
}

export interface LookAtSenders {
  /** Process ids of those that the stop waits for. */
  readonly waitedFor: readonly number[];
  /** Disconnected as the old primary stops; they come back by themselves. */
  readonly leftOut: readonly WalSender[];
}

/** `successor`: application name of the one whose confirmation the hand-over needs. */
export const lookAtSenders = (senders: readonly WalSender[], successor: string): LookAtSenders => {
  const isWaitedFor = ({ name, unconfirmed_bytes }: WalSender) => name === successor || unconfirmed_bytes === 0;
  return {
    waitedFor: senders.filter(isWaitedFor).map(({ pid }) => pid),
    leftOut: senders.filter((sender) => !isWaitedFor(sender)),
  };
};

/** `postgres-4 (190 MB behind, slot postgres_4)`. */
export const describeSender = ({ pid, name, user, address, slot, unconfirmed_bytes }: WalSender): string => {
  const facts = [
    unconfirmed_bytes === null ? 'confirms nothing' : `${bytes(unconfirmed_bytes)} not confirmed`,
    ...(slot === null ? [] : [`slot ${slot}`]),
    `pid ${pid} of ${user} from ${address ?? 'its socket'}`,
  ];
  return `${name || 'a nameless receiver'} (${facts.join(', ')})`;
};

const bytes = (count: number): string => (count < 1_048_576 ? `${count} bytes` : `${Math.round(count / 1_048_576)} MB`);
