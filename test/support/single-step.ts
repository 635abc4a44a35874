import { randomUUID } from 'node:crypto';
import type { Store } from '../../src/store/store.ts';
import { samplePlan } from './sample-database.ts';

/** Runs one step under an operation on record: no other may act (`step-activity.ts`). */
export const asOperation = async (
  store: Pick<Store, 'readDatabase' | 'beginOperation' | 'endOperation'>,
  serviceId: string,
  run: (operation: string) => Promise<unknown>,
): Promise<void> => {
  const database = await store.readDatabase(serviceId);
  if (!database) throw new Error(`No database ${serviceId}`);
  const id = randomUUID();
  const begin = { id, service_id: serviceId, workflow_id: `step-${id}`, run_id: null, actor: 'tests' } as const;
  await store.beginOperation({ ...begin, type: 'expand', plan: samplePlan(database, database.topology) });
  await run(id);
  await store.endOperation({ id, status: 'done', stall_ms: null, error: null });
};
