import { setTimeout as delay } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import type { Dependencies } from '../nodes/dependencies.ts';
import { showWait } from './heartbeat.ts';

const lookEveryMs = 1000;

/**
 * Until the record of a database is no longer held (`domain/held.ts`). An operation or a window that Temporal still runs
 * continues then.
 */
export const untilReleased = async (
  store: Pick<Dependencies['store'], 'isHeld'>,
  serviceId: string,
  signal: AbortSignal,
): Promise<void> => {
  if (!(await store.isHeld(serviceId))) return;
  const wait = showWait('the record of the database, which comes from a backup, to be compared with its nodes');
  try {
    while (await store.isHeld(serviceId)) {
      if (signal.aborted) throw new CancelledFailure('cancelled');
      await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    wait.end();
  }
};
