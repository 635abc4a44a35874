import { expect } from 'vitest';
import {
  startWorkload,
  type Workload,
  type WorkloadOptions,
  type WorkloadReport,
} from '../../src/workload/workload.ts';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import type { Endpoint } from '../../src/workload/endpoint.ts';
import { sessionOpener } from '../../src/workload/session.ts';
import { startReaders, type ReadersReport } from '../../src/workload/readers.ts';
import type { ManagedDatabase } from './stack.ts';
import { storyOf } from './story.ts';

export interface ScenarioWorkload extends Workload {
  /** Moves the clients to the endpoint that is the best by now, between two transactions. */
  followBestEndpoint(): Promise<void>;
}

export interface WithWorkload extends Pick<WorkloadOptions, 'clients' | 'maximumTransactionsPerSecond' | 'statements'> {
  /** Where the clients stay. Default: the best one at the start. */
  readonly through?: EndpointName | Endpoint;
  /**
   * What may fail: `nothing`; `one reset per client`: each client's session is cut at most once and its next connect
   * succeeds; `anything`, when nodes are killed. A lost write is never allowed.
   */
  readonly mayFail?: 'nothing' | 'one reset per client' | 'anything';
}

/**
 * A machine that is busy with other tests answers late; only an answer that never comes is a failure. With a connect
 * limit of 5 s a full run on a busy machine failed once, for one client whose session began while writes were held.
 */
const patient = { open: sessionOpener(60_000), transactionTimeoutMs: 60_000 } as const;

/** Each client writes all the while, and little enough to leave a small machine to the operation that is looked at. */
const modest = { clients: 4, maximumTransactionsPerSecond: 100, ...patient } as const;

/** Clients write while `scenario` runs; afterwards no acknowledged write may be missing. */
export const withWorkload = async (
  database: ManagedDatabase,
  { through, mayFail = 'nothing', ...options }: WithWorkload,
  scenario: (workload: ScenarioWorkload) => Promise<void>,
): Promise<WorkloadReport> => {
  const endpoint = typeof through === 'object' ? through : await database.endpoint(through);
  const clients = options.clients ?? modest.clients;
  const workload = await startWorkload({ endpoint: () => endpoint, ...modest, ...options });
  const followBestEndpoint = async (): Promise<void> => workload.switchTo(await database.endpoint());
  try {
    await workload.ready();
    await scenario({ ...workload, followBestEndpoint });
    await workload.nextAcknowledgement();
  } catch (error) {
    await workload.stop();
    throw error;
  }
  const report = await workload.stop();
  const { lost, first_lost, errors } = report;
  try {
    expect({ lost, first_lost, errors }).toEqual({ lost: 0, first_lost: [], errors });
    expectFailures(report, mayFail, clients);
  } catch (error) {
    // A client that failed once in a hundred runs, long ago: only the servers know why.
    console.error(await storyOf(database));
    throw error;
  }
  return report;
};

/**
 * Clients ask each of these endpoints all the while which server answers them: it must never be the primary. `mayFail`
 * is about each endpoint by itself.
 */
export const withReaders = async (
  database: ManagedDatabase,
  { through, mayFail = 'nothing' }: { readonly through: readonly EndpointName[] } & Pick<WithWorkload, 'mayFail'>,
  scenario: () => Promise<void>,
): Promise<void> => {
  const started = await Promise.all(
    through.map(async (name) => {
      const endpoint = await database.endpoint(name);
      return { name, readers: startReaders({ endpoint: () => endpoint, ...modestReaders }) };
    }),
  );
  const reports: { name: EndpointName; report: ReadersReport }[] = [];
  try {
    await Promise.all(started.map(({ readers }) => readers.ready()));
    await scenario();
    await Promise.all(started.map(({ readers }) => readers.nextAcknowledgement()));
  } finally {
    for (const { name, readers } of started) reports.push({ name, report: await readers.stop() });
  }
  for (const { name, report } of reports) {
    const { roles } = report;
    expect({ name, by_the_primary: roles.primary }).toEqual({ name, by_the_primary: 0 });
    expect(roles.replica).toBeGreaterThan(0);
    expectFailures(report, mayFail, modestReaders.clients);
  }
};

const modestReaders = { clients: 2, maximumTransactionsPerSecond: 50, ...patient } as const;

/** The errors and the stall are part of what is compared so that a failure says why. */
const expectFailures = (
  {
    failed,
    failed_by,
    errors,
    longest_stall_ms,
  }: Pick<WorkloadReport, 'failed' | 'failed_by' | 'errors' | 'longest_stall_ms'>,
  mayFail: NonNullable<WithWorkload['mayFail']>,
  clients: number,
): void => {
  switch (mayFail) {
    case 'nothing':
      expect({ failed, errors, longest_stall_ms }).toEqual({ failed: 0, errors: [], longest_stall_ms });
      return;
    case 'one reset per client':
      expect({
        ...failed_by,
        reset: failed_by.reset <= clients ? 'one per client' : failed_by.reset,
        errors,
        longest_stall_ms,
      }).toEqual({ refused: 0, timeout: 0, sql: 0, reset: 'one per client', errors, longest_stall_ms });
      return;
    case 'anything':
      return;
    default:
      mayFail satisfies never;
  }
};
