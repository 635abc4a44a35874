import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { postgresPath, servicePath, servicesPath } from '../src/cli/api-client.ts';
import type { StartedOperation } from '../src/cli/change.ts';
import { chooseConnectionString, readConnectionStrings } from '../src/cli/connection-strings.ts';
import { followOperation } from '../src/cli/follow-operation.ts';
import { PgrowError } from '../src/domain/errors.ts';
import type { EndpointName } from '../src/domain/endpoints.ts';
import type { OperationDocument } from '../src/domain/operation.ts';
import { parseEndpoint, type Endpoint } from '../src/workload/endpoint.ts';
import type { Bench } from './bench.ts';
import type { OperationFigure, OperationName, Round } from './figures.ts';
import { overheadPerStepMs } from './overhead.ts';
import { readStepFigures } from './step-times.ts';

export type MeasuredOperation = Omit<OperationFigure, 'clients'>;

const silent = { show: () => undefined, end: () => undefined };

interface Measure extends Round {
  readonly operation: OperationName;
  readonly database: string;
  readonly start: () => Promise<StartedOperation>;
}

/** Runs one operation to its end. @throws Error when it does not end well: then there is nothing to measure */
export const measureOperation = async (bench: Bench, measure: Measure): Promise<MeasuredOperation> => {
  const { database, operation, size, repetition } = measure;
  const began = performance.now();
  const ended = await runToEnd(bench, database, measure.start);
  const seen = Math.round(performance.now() - began);
  const duration = ended.duration_ms ?? seen;
  const steps = await readStepFigures(bench.metadata, ended.id);
  bench.say(`  ${operation}: ${(duration / 1000).toFixed(1)} s, load ${load()}`);
  return {
    size,
    repetition,
    operation,
    duration_ms: duration,
    seen_ms: seen,
    steps,
    overhead_per_step_ms: overheadPerStepMs(duration, steps),
    held_ms: ended.stall_ms,
    load: load(),
  };
};

export const createDatabase = (bench: Bench, round: Round, database: string): Promise<MeasuredOperation> =>
  measureOperation(bench, {
    ...round,
    operation: 'create',
    database,
    start: () => bench.api.post<StartedOperation>(servicesPath(), { name: database }),
  });

export const expandDatabase = (
  bench: Bench,
  round: Round,
  expansion: {
    readonly operation: OperationName;
    readonly database: string;
    readonly path: string;
    readonly body: object;
  },
): Promise<MeasuredOperation> =>
  measureOperation(bench, {
    ...round,
    ...expansion,
    start: () => bench.api.post<StartedOperation>(postgresPath(expansion.database, expansion.path), expansion.body),
  });

export const destroyDatabase = async (bench: Bench, database: string): Promise<void> => {
  const path = `${servicePath(database)}?confirm=${encodeURIComponent(database)}`;
  await runToEnd(bench, database, () => bench.api.delete<StartedOperation>(path));
};

/** Where a client on this host connects. */
export const endpointOf = async ({ api }: Bench, database: string, endpoint: EndpointName): Promise<Endpoint> =>
  parseEndpoint(chooseConnectionString(database, await readConnectionStrings(api, database), { endpoint }));

/** The machine's load over the last minute: other work on it makes every figure worse. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;

const runToEnd = async (
  { api, signal }: Bench,
  database: string,
  start: () => Promise<StartedOperation>,
): Promise<OperationDocument> => {
  signal.throwIfAborted();
  const { operation_id } = await accepted(start);
  const ended = await followOperation({ api, database, operationId: operation_id, display: silent });
  signal.throwIfAborted();
  if (ended.status === 'done') return ended;
  throw new Error(
    `${ended.type} of ${database} ended as ${ended.status}: ${ended.error?.message ?? 'no reason given'}`,
  );
};

/** How long an operation that has ended may still hold the database. Milliseconds. */
const aftermathMs = 20_000;

/** An operation is done a moment before its workflow is, which has a checkpoint to begin: until then nothing else may run. */
const accepted = async (start: () => Promise<StartedOperation>): Promise<StartedOperation> => {
  const deadline = performance.now() + aftermathMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const busy = error instanceof PgrowError && error.code === 'operation_running';
      if (!busy || performance.now() > deadline) throw error;
      await delay(20);
    }
  }
};
