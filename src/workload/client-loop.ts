import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from './endpoint.ts';
import { categoryOf, type FailureCategory } from './failures.ts';
import type { Pacer } from './pacer.ts';
import type { OpenSession, Session } from './session.ts';

/** First and longest wait before a client that failed tries again, in milliseconds. */
const backoffMs = { first: 10, longest: 50 };

export interface ClientLoop {
  readonly open: OpenSession;
  /** Asked on every connect. */
  readonly endpoint: () => Endpoint;
  /** Changes when connected clients are to move to another endpoint, between two transactions. */
  readonly generation: () => number;
  readonly transact: (session: Session) => Promise<void>;
  /** `beganAt`: milliseconds on the clock of `performance.now()`, before a connection was opened. */
  readonly onAcknowledged: (beganAt: number) => void;
  readonly onFailed: (category: FailureCategory, error: unknown, beganAt: number) => void;
  /** Called when a connection of this generation is in use. */
  readonly onConnected: (generation: number) => void;
  /** After this many milliseconds a transaction without an answer has failed and its connection is cut. */
  readonly transactionTimeoutMs: number;
  readonly pacer: Pacer;
  readonly stopping: AbortSignal;
}

/** One client: connects, runs one transaction after the other, reconnects whenever it must, until it is to stop. */
export const runClient = async (loop: ClientLoop): Promise<void> => {
  let session: Session | null = null;
  let generation = -1;
  let failuresInARow = 0;

  const failed = async (category: FailureCategory, error: unknown, beganAt: number): Promise<void> => {
    loop.onFailed(category, error, beganAt);
    const wait = Math.min(backoffMs.first * 2 ** failuresInARow, backoffMs.longest);
    failuresInARow += 1;
    await pause(wait, loop.stopping);
  };

  while (!loop.stopping.aborted) {
    const wanted = loop.generation();
    const beganAt = performance.now();
    if (session === null || generation !== wanted) {
      // The new connection first, the goodbye to the old one after: a move costs no transaction and no gap.
      let opened: Session;
      try {
        opened = await loop.open(loop.endpoint());
      } catch (error) {
        await failed('refused', error, beganAt);
        continue;
      }
      const old: Session | null = session;
      session = opened;
      generation = wanted;
      void old?.close();
      loop.onConnected(generation);
    }
    try {
      await withTimeout(session, loop);
      loop.onAcknowledged(beganAt);
      failuresInARow = 0;
    } catch (error) {
      const category = error instanceof TransactionTimeout ? 'timeout' : categoryOf(error);
      // After an SQL error in the middle of a transaction a new connection is the simplest way to a clean state.
      session.destroy();
      session = null;
      await failed(category, error, beganAt);
    }
    await pause(loop.pacer.take(), loop.stopping);
  }
  await session?.close();
};

class TransactionTimeout extends Error {}

const withTimeout = async (session: Session, { transact, transactionTimeoutMs }: ClientLoop): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransactionTimeout(`no answer for ${transactionTimeoutMs} ms`)),
      transactionTimeoutMs,
    );
  });
  try {
    await Promise.race([transact(session), expired]);
  } finally {
    clearTimeout(timer);
  }
};

/** Waits, but not when the loop is to stop. */
const pause = async (milliseconds: number, stopping: AbortSignal): Promise<void> => {
  if (milliseconds <= 0) return;
  await delay(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
};
