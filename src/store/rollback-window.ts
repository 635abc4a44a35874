import type { Database } from '../domain/database.ts';
import { unfinishedOf } from '../domain/resumption.ts';
import { windowOnRecord, type RollbackWindow } from '../domain/rollback-window.ts';
import type { Store } from './store.ts';

/** The open rollback window of a database as its workflow needs it; null if none is to be served. */
export const readWindow = async (
  store: Pick<Store, 'readOpenCheckpoint' | 'readPlan' | 'listOperations'>,
  { id, name }: Pick<Database, 'id' | 'name'>,
): Promise<RollbackWindow | null> => {
  const checkpoint = await store.readOpenCheckpoint(id);
  if (!checkpoint) return null;
  const operations = await store.listOperations(id);
  const [last] = operations;
  const [plan, lastPlan] = await Promise.all([
    store.readPlan(checkpoint.operation_id),
    last ? store.readPlan(last.id) : null,
  ]);
  const unfinished = unfinishedOf(last ?? null, lastPlan) !== null;
  return windowOnRecord({ checkpoint, plan, name, operations, unfinished, now: Date.now() });
};
