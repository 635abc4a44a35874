import type { RunningRestore } from '../domain/copied-snapshots.ts';
import type { Store } from './store.ts';

/** Every restore that runs. */
export const readRunningRestores = async (store: Store): Promise<readonly RunningRestore[]> => {
  const running = await Promise.all(
    (await store.listDatabases({})).map(async ({ id }): Promise<RunningRestore | null> => {
      const operation = await store.readRunningOperation(id);
      const plan = operation?.type === 'restore' ? await store.readPlan(operation.id) : null;
      return operation && plan && { operation, plan };
    }),
  );
  return running.filter((each) => each !== null);
};
