import { setTimeout as delay } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { PgrowError } from '../domain/errors.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { showWait } from './heartbeat.ts';

const lookEveryMs = 1000;
/** An attempt ends before its own limit does: one that ran into that would count as a death of the worker. */
const longestWaitMs = 600_000;

interface Waiting {
  /** Service id. */
  readonly database: string;
  /** Of a window: its checkpoint. */
  readonly operation: string;
}

/**
 * Until the record of a database is no longer held (`domain/held.ts`). An operation or a window that Temporal still runs
 * continues then. A destroy does not wait: what is removed with all its nodes needs no record that is right.
 * @throws PgrowError `held` after ten minutes, to be tried again for ever
 */
export const untilReleased = async (
  store: Pick<Dependencies['store'], 'isHeld' | 'readOperation'>,
  { database, operation }: Waiting,
  signal: AbortSignal,
): Promise<void> => {
  if (!(await store.isHeld(database))) return;
  if ((await store.readOperation(operation))?.type === 'destroy') return;
  const wait = showWait('the record of the database, which comes from a backup, to be compared with its nodes');
  const deadline = performance.now() + longestWaitMs;
  try {
    while (await store.isHeld(database)) {
      if (signal.aborted) throw new CancelledFailure('cancelled');
      if (performance.now() > deadline)
        throw new PgrowError('held', 'The record of the database comes from a backup and is held. See: ./pgrow status');
      await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    wait.end();
  }
};
