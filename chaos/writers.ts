import { chooseConnectionString, readConnectionStrings } from '../src/cli/connection-strings.ts';
import { parseEndpoint } from '../src/workload/endpoint.ts';
import { sessionOpener } from '../src/workload/session.ts';
import { startWorkload, type Workload } from '../src/workload/workload.ts';
import type { Chaos } from './chaos.ts';

/** What clients saw of a case; nulls where no one wrote. */
export interface Wrote {
  /** Of acknowledged writes; null as well where it could not be told. */
  readonly lost: number | null;
  readonly acknowledged: number | null;
  readonly failed: number | null;
  readonly longest_stall_ms: number | null;
  readonly errors: readonly string[];
  readonly violations: readonly string[];
}

export const noWriters: Wrote = {
  lost: null,
  acknowledged: null,
  failed: null,
  longest_stall_ms: null,
  errors: [],
  violations: [],
};

/** A client that is held back waits; only an answer that never comes is a failure. Milliseconds. */
const clientPatienceMs = 60_000;

/** Little enough to leave a small machine to what is looked at; through the best endpoint, and there they stay. */
export const letWrite = async ({ api }: Chaos, database: string): Promise<Workload> => {
  const endpoint = parseEndpoint(chooseConnectionString(database, await readConnectionStrings(api, database)));
  const workload = await startWorkload({
    endpoint: () => endpoint,
    clients: 4,
    maximumTransactionsPerSecond: 100,
    open: sessionOpener(clientPatienceMs),
    transactionTimeoutMs: clientPatienceMs,
  });
  await workload.ready();
  return workload;
};

interface Allowed {
  readonly mayFail: boolean;
  readonly mayLose: boolean;
}

export const stopWriting = async (workload: Workload, { mayFail, mayLose }: Allowed): Promise<Wrote> => {
  const violations: string[] = [];
  await workload.nextAcknowledgement(clientPatienceMs).catch((error: unknown) => {
    violations.push(`clients are not served: ${String(error)}`);
  });
  const report = await workload.stop();
  const errors = report.errors.map(({ message, count }) => `${count} times: ${message}`);
  if (report.lost !== 0 && !mayLose) {
    violations.push(`acknowledged writes lost: ${report.lost ?? 'not known'} ${JSON.stringify(report.first_lost)}`);
  }
  if (!mayFail && report.failed > 0) violations.push(`${report.failed} transactions failed; ${errors.join('; ')}`);
  const { lost, acknowledged, failed, longest_stall_ms } = report;
  return { lost, acknowledged, failed, longest_stall_ms, errors, violations };
};
