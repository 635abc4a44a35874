import { setTimeout as delay } from 'node:timers/promises';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument, OperationStatus } from '../domain/operation.ts';
import { postgresPath, type ApiClient } from './api-client.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { operationResult } from './operation-text.ts';
import { printProgress } from './output.ts';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.ts';

export interface FollowOperation {
  readonly api: ApiClient;
  /** Name of the database. */
  readonly database: string;
  readonly operationId: string;
  readonly display?: ProgressDisplay;
}

/** Between two attempts at a stream that broke off, in milliseconds. */
const reconnectAfterMs = 250;
const reconnectAttempts = 120;
/** An operation is recorded by its own workflow, a moment after it was accepted: so often it may be unknown at first. */
const attemptsUntilRecorded = 40;

/**
 * Shows an operation until it ends and returns its last document; with one that still runs when the user pressed
 * Ctrl-C, which detaches: the operation continues.
 */
export const followOperation = async (follow: FollowOperation): Promise<OperationDocument> => {
  const { api, database, operationId } = follow;
  const display = follow.display ?? createProgressDisplay(process.stderr);
  const detached = new AbortController();
  const detach = (): void => detached.abort();
  process.once('SIGINT', detach);
  try {
    let latest: OperationDocument | null = null;
    const show = (operation: OperationDocument): void => display.show((latest = operation));
    for (let attempt = 1; !detached.signal.aborted; attempt += 1) {
      try {
        const ended = await followStream(api, operationPath(database, operationId), show, detached.signal);
        if (ended) return ended;
        attempt = 1;
      } catch (error) {
        if (!detached.signal.aborted && isHopeless(error, attempt, latest !== null)) throw error;
      }
      await delay(reconnectAfterMs, undefined, { signal: detached.signal }).catch(() => undefined);
    }
    display.end();
    printProgress(
      `Detached; the operation continues. Check it: ./pgrow status ${database}  or  ./pgrow operations ${database}`,
    );
    return latest ?? (await readOperation(api, database, operationId));
  } finally {
    process.off('SIGINT', detach);
    display.end();
  }
};

/** The operation as it stands, once it is recorded. */
export const readOperation = async (
  api: ApiClient,
  database: string,
  operationId: string,
): Promise<OperationDocument> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.get<OperationDocument>(operationPath(database, operationId));
    } catch (error) {
      if (isHopeless(error, attempt, false)) throw error;
      await delay(reconnectAfterMs);
    }
  }
};

/** Shows what one stream brings; returns the last document, or null when the stream ended before the operation. */
const followStream = async (
  api: ApiClient,
  path: string,
  show: (operation: OperationDocument) => void,
  signal: AbortSignal,
): Promise<OperationDocument | null> => {
  for await (const { event, data } of api.follow(`${path}/progress`, signal)) {
    if (event !== 'progress') continue;
    const operation = JSON.parse(data) as OperationDocument;
    show(operation);
    if (operation.status !== 'running') return operation;
  }
  // A stream may end before its last document came: then the operation itself says how it stands.
  const operation = await api.get<OperationDocument>(path);
  show(operation);
  return operation.status === 'running' ? null : operation;
};

const operationPath = (database: string, operationId: string): string =>
  postgresPath(database, `operations/${operationId}`);

const isHopeless = (error: unknown, attempt: number, recorded: boolean): boolean => {
  if (!(error instanceof PgrowError) || error.retryable) return attempt >= reconnectAttempts;
  if (error.code === 'not_found' && !recorded) return attempt >= attemptsUntilRecorded;
  return true;
};

/** Says how it ended, on standard error. `wanted` is the end that counts as success. */
export const reportOperation = (operation: OperationDocument, wanted: OperationStatus = 'done'): ExitCode => {
  for (const line of operationResult(operation)) printProgress(line);
  return exitCodeOfOperation(operation.status, wanted);
};

/** An operation that still runs is no failure: the user detached, and what was asked for is under way. */
export const exitCodeOfOperation = (status: OperationStatus, wanted: OperationStatus = 'done'): ExitCode => {
  if (status === wanted || status === 'running') return exitCodes.done;
  return status === 'needs_operator' ? exitCodes.needsOperator : exitCodes.failed;
};
