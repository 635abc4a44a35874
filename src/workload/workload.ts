import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createAcknowledgedSequences } from './acknowledged.ts';
import { startClients, type ClientOptions, type Clients } from './clients.ts';
import type { Endpoint } from './endpoint.ts';
import type { FailureCategory, ReportedError } from './failures.ts';
import { countLostWrites, type LostWrite, type LostWrites } from './lost-writes.ts';
import { openSession, type OpenSession, type Session } from './session.ts';
import { roundMs, type WindowReport } from './windows.ts';
import { defaultTable, ensureWorkloadTable, writeRow, type StatementKind } from './write-transaction.ts';

export interface WorkloadOptions extends ClientOptions {
  /** Created unless it is there. Default `pgrow_workload`. */
  readonly table?: string;
  /** Default `transaction`. */
  readonly statements?: StatementKind;
}

/** Clients that write without pause and remember every acknowledgement. */
export interface Workload extends Pick<Clients, 'ready' | 'nextAcknowledgement' | 'switchTo'> {
  /** Names this run's rows in the table. */
  readonly run: string;
  /** Ends the present window and begins one; returns the report of the one that ended. */
  mark(label: string): WindowReport;
  /** The present window so far. */
  window(): WindowReport;
  /** Stops the clients, then looks up every acknowledged write, through the last endpoint unless another is given. */
  stop(options?: StopOptions): Promise<WorkloadReport>;
}

export interface StopOptions {
  readonly lookUpThrough?: Endpoint;
  /** Leaves this run's rows in the table, for a later look. Default: they are deleted once all were found. */
  readonly keepRows?: boolean;
}

export interface WorkloadReport {
  readonly run: string;
  readonly acknowledged: number;
  readonly failed: number;
  readonly failed_by: Readonly<Record<FailureCategory, number>>;
  /** Acknowledged and not in the database; null when the database could not be asked. */
  readonly lost: number | null;
  readonly first_lost: readonly LostWrite[];
  readonly errors: readonly ReportedError[];
  readonly duration_ms: number;
  readonly longest_stall_ms: number;
  readonly windows: readonly WindowReport[];
}

/** How long the database may be unreachable when the writes are looked up. */
const lookUpTimeoutMs = 30_000;

/** Creates the table, then lets the clients loose. */
export const startWorkload = async (options: WorkloadOptions): Promise<Workload> => {
  const table = options.table ?? defaultTable;
  const open = options.open ?? openSession;
  await within(await open(options.endpoint()), (session) => ensureWorkloadTable(session, table));

  const run = randomBytes(4).toString('hex');
  const written = Array.from({ length: options.clients ?? 4 }, createAcknowledgedSequences);
  const clients = startClients(options, async (client, session) => {
    const sequences = written[client]!;
    const sequence = sequences.next();
    await writeRow(session, table, options.statements ?? 'transaction', { run, client, sequence });
    sequences.acknowledge(sequence);
  });

  const stop = async ({ lookUpThrough, keepRows }: StopOptions = {}): Promise<WorkloadReport> => {
    await clients.stop();
    const durationMs = clients.elapsedMs();
    const windows = clients.windows.all();
    const { lost, first_lost, error } = await lookUp(open, lookUpThrough ?? clients.endpoint(), async (session) => {
      const found = await countLostWrites(session, table, run, written);
      if (!keepRows && found.lost === 0) {
        await session.query({ text: `delete from ${table} where run = $1`, values: [run] });
      }
      return found;
    });
    return {
      run,
      acknowledged: written.reduce((sum, { count }) => sum + count, 0),
      failed: clients.failures.total,
      failed_by: clients.failures.byCategory,
      lost,
      first_lost,
      errors: error ? [...clients.failures.errors, error] : clients.failures.errors,
      duration_ms: roundMs(durationMs),
      longest_stall_ms: Math.max(...windows.map(({ longest_stall_ms }) => longest_stall_ms)),
      windows,
    };
  };

  return {
    run,
    ready: clients.ready,
    nextAcknowledgement: clients.nextAcknowledgement,
    switchTo: clients.switchTo,
    mark: clients.windows.mark,
    window: clients.windows.present,
    stop,
  };
};

/** A database that has just changed its shape may refuse the first connection; one that stays away cannot be judged. */
const lookUp = async (
  open: OpenSession,
  endpoint: Endpoint,
  find: (session: Awaited<ReturnType<OpenSession>>) => Promise<LostWrites>,
): Promise<Omit<LostWrites, 'lost'> & { lost: number | null; error: ReportedError | null }> => {
  const deadline = performance.now() + lookUpTimeoutMs;
  for (;;) {
    try {
      const found = await within(await open(endpoint), find);
      return { ...found, error: null };
    } catch (error) {
      if (performance.now() < deadline) {
        await delay(250);
        continue;
      }
      const message = `cannot look up the acknowledged writes: ${error instanceof Error ? error.message : String(error)}`;
      return {
        lost: null,
        first_lost: [],
        error: { category: 'refused', code: null, message, count: 1, first_at_ms: 0 },
      };
    }
  }
};

/** Uses a session and closes it, whatever happens. */
const within = async <T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> => {
  try {
    return await use(session);
  } finally {
    await session.close();
  }
};
