import { setTimeout as delay } from 'node:timers/promises';
import type { OperationRun } from '../client/operation-run.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { OperationIds } from './idempotency.ts';

/** Time within which a worker records an operation; the answer does not wait longer. */
const recordedWithinMs = 3000;
/** Time within which a worker takes it up, however busy; without one the answer does not wait longer. */
const takenUpWithinMs = 1800;
const lookEveryMs = 20;
const askTemporalEvery = 10;

/**
 * Until the operation can be looked up under its Location; null when no worker has taken it up yet.
 * @throws PgrowError what its workflow has refused it with
 */
export const untilRecorded = async (
  { store, client }: ApiDependencies,
  ids: OperationIds,
  /** Whether a run that has ended is this operation's. */
  isIts: (run: OperationRun) => boolean,
): Promise<OperationDocument | null> => {
  const began = performance.now();
  let asked = false;
  for (let look = 1; performance.now() < began + recordedWithinMs; look += 1) {
    const operation = await store.readOperation(ids.operation_id);
    if (operation) return operation;
    if (look % askTemporalEvery === 0) {
      const run = await client.describe(ids.service_id);
      if (run && !run.running && isIts(run)) {
        await client.result(ids.service_id, run.run_id);
        return store.readOperation(ids.operation_id);
      }
    }
    if (!asked && performance.now() > began + takenUpWithinMs) {
      asked = true;
      const run = await client.describe(ids.service_id);
      if (run && !(await client.isTakenUp(ids.service_id, run.run_id))) return null;
    }
    await delay(lookEveryMs);
  }
  return null;
};
