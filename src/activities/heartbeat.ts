import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import type { Met } from '../domain/retry-budget.ts';

/**
 * What Temporal Web shows of a pending activity: small, and only what pgrow says itself. Of what servers and logs say
 * nothing belongs here.
 */
export interface HeartbeatDetails {
  /** Subject and condition: "postgres-2 to stream from postgres-1:5432". */
  readonly waiting_for?: string;
  /** Bytes still to be copied or replayed. */
  readonly remaining_bytes?: number;
  /** When this wait began, ISO 8601. */
  readonly since?: string;
  /** What earlier attempts have met; absent if there were none. */
  readonly met?: Met;
}

/** One thing that an activity waits for. */
export interface ShownWait {
  /** Bytes still to go; undefined where that cannot be said. */
  remains(bytes: number | undefined): void;
  end(): void;
}

interface Wait {
  readonly waiting_for: string;
  readonly since: string;
  remaining_bytes?: number;
}

/** Often enough that a worker that died is noticed, and that a cancellation arrives, within a second or two. */
const intervalMs = 1000;

const current = new AsyncLocalStorage<Set<Wait>>();

/** Outside of an activity it is not shown. */
export const showWait = (subject: string): ShownWait => {
  const waits = current.getStore();
  const wait: Wait = { waiting_for: subject, since: new Date().toISOString() };
  waits?.add(wait);
  return {
    remains(bytes) {
      delete wait.remaining_bytes;
      if (bytes !== undefined && bytes >= 0) wait.remaining_bytes = bytes;
    },
    end: () => void waits?.delete(wait),
  };
};

/** What earlier attempts have met, as the last of them left it. */
export const metBefore = ({ info }: Context): Met | null =>
  (info.heartbeatDetails as HeartbeatDetails | null | undefined)?.met ?? null;

/** The last word of an attempt that fails: Temporal gives it to the next one. */
export const leaveMet = (met: Met): void => Context.current().heartbeat({ met } satisfies HeartbeatDetails);

/** Sends heartbeats for as long as an activity runs. */
export const withHeartbeat = async <T>(run: () => Promise<T>): Promise<T> => {
  const context = Context.current();
  const waits = new Set<Wait>();
  const met = metBefore(context);
  const beat = () => context.heartbeat({ ...[...waits].at(-1), ...(met && { met }) } satisfies HeartbeatDetails);
  const timer = setInterval(beat, intervalMs);
  try {
    return await current.run(waits, run);
  } finally {
    clearInterval(timer);
  }
};
