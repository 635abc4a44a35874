import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { runClient } from './client-loop.ts';
import type { Endpoint } from './endpoint.ts';
import { createFailureLog, type FailureLog } from './failures.ts';
import { createPacer } from './pacer.ts';
import { openSession, type OpenSession, type Session } from './session.ts';
import { createWindows, type Windows } from './windows.ts';

/** What writers and readers have in common. */
export interface ClientOptions {
  /** Asked on every connect, so it may follow a moving database. */
  readonly endpoint: () => Endpoint;
  /** Connections, one transaction at a time on each. Default 4. */
  readonly clients?: number;
  /** Over all clients. Default 2000. */
  readonly maximumTransactionsPerSecond?: number;
  /** Stops by itself after this time, in seconds. Default 3600. */
  readonly maximumSeconds?: number;
  /** Default 10000. */
  readonly transactionTimeoutMs?: number;
  /** Label of the time before the first mark. Default `start`. */
  readonly firstWindow?: string;
  /** Called with each transaction as it ends. Default: none. */
  readonly onTransaction?: (transaction: Transaction) => void;
  /** Replaced by tests, and where connecting is more than one address. */
  readonly open?: OpenSession;
}

/** One attempt of one client. Opening the connection, where there was none, is a part of it. */
export interface Transaction {
  /** Milliseconds, on the clock of `performance.now()`. */
  readonly began_at: number;
  readonly latency_ms: number;
  readonly outcome: 'acknowledged' | 'failed';
}

export interface Clients {
  readonly count: number;
  readonly windows: Windows;
  readonly failures: FailureLog;
  /** Milliseconds since the start. */
  elapsedMs(): number;
  endpoint(): Endpoint;
  /** Resolves when each client has had an acknowledgement; rejects when some have none after `timeoutMs`. */
  readonly ready: (timeoutMs?: number) => Promise<void>;
  /** Resolves at the next acknowledgement, of whichever client; rejects when there is none for `timeoutMs`. */
  readonly nextAcknowledgement: (timeoutMs?: number) => Promise<void>;
  /** Moves every client to another endpoint between two transactions; resolves when all have moved. */
  readonly switchTo: (endpoint: Endpoint | (() => Endpoint), timeoutMs?: number) => Promise<void>;
  /** Lets what is in flight finish, then disconnects. */
  stop(): Promise<void>;
}

/** Default limit of a wait for the clients, in milliseconds. */
const patienceMs = 30_000;
const pollMs = 5;

export const startClients = (
  options: ClientOptions,
  transact: (client: number, session: Session) => Promise<void>,
): Clients => {
  const count = options.clients ?? 4;
  const startedAt = performance.now();
  const windows = createWindows(options.firstWindow ?? 'start', () => performance.now());
  const failures = createFailureLog();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const generations = Array.from({ length: count }, () => -1);
  const answered = Array.from({ length: count }, () => false);
  const pacer = createPacer(options.maximumTransactionsPerSecond ?? 2000, () => performance.now());
  let endpoint = options.endpoint;
  let generation = 0;
  let acknowledged = 0;

  const tell = (outcome: Transaction['outcome'], beganAt: number): void =>
    options.onTransaction?.({ began_at: beganAt, latency_ms: performance.now() - beganAt, outcome });

  const loops = generations.map((_, client) =>
    runClient({
      open: options.open ?? openSession,
      endpoint: () => endpoint(),
      generation: () => generation,
      transact: (session) => transact(client, session),
      onAcknowledged: (beganAt) => {
        answered[client] = true;
        acknowledged += 1;
        windows.acknowledged();
        tell('acknowledged', beganAt);
      },
      onFailed: (category, error, beganAt) => {
        windows.failed();
        tell('failed', beganAt);
        failures.add(category, error, performance.now() - startedAt);
      },
      onConnected: (connected) => (generations[client] = connected),
      transactionTimeoutMs: options.transactionTimeoutMs ?? 10_000,
      pacer,
      stopping: stopping.signal,
    }),
  );
  const end = (): void => {
    windows.end();
    stopping.abort();
  };
  const limit = setTimeout(end, (options.maximumSeconds ?? 3600) * 1000);
  limit.unref();

  const waitFor = async (clientsDone: () => number, wanted: number, what: string, timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while (clientsDone() < wanted) {
      if (performance.now() > deadline || stopping.signal.aborted) {
        const last = failures.errors.at(-1);
        const why = last ? `; the latest new error: ${last.message}` : '';
        throw new Error(`Of ${count} workload clients ${clientsDone()} ${what} within ${timeoutMs / 1000} s${why}`);
      }
      await delay(pollMs);
    }
  };

  return {
    count,
    windows,
    failures,
    elapsedMs: () => performance.now() - startedAt,
    endpoint: () => endpoint(),
    ready: (timeoutMs = patienceMs) =>
      waitFor(() => answered.filter(Boolean).length, count, 'were answered', timeoutMs),
    nextAcknowledgement: (timeoutMs = patienceMs) => {
      const before = acknowledged;
      return waitFor(() => acknowledged - before, 1, 'were answered', timeoutMs);
    },
    switchTo: (to, timeoutMs = patienceMs) => {
      endpoint = typeof to === 'function' ? to : () => to;
      generation += 1;
      const wanted = generation;
      return waitFor(() => generations.filter((reached) => reached >= wanted).length, count, 'moved', timeoutMs);
    },
    stop: async () => {
      end();
      clearTimeout(limit);
      await Promise.all(loops);
    },
  };
};
