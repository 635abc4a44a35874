import type { ActionContext } from '../domain/step-actions.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { markOperation } from '../nodes/operation-marks.ts';

/**
 * Marks on the engine that an operation is about to do what is never undone, before it does; once for each operation in
 * one worker.
 */
export const createPastReturnMarks = ({ platform, store }: Pick<Dependencies, 'platform' | 'store'>) => {
  const marked = new Set<string>();
  return async ({ operation, database: id, direction, committed }: ActionContext): Promise<void> => {
    if (direction !== 'run' || committed !== true || marked.has(operation)) return;
    const database = await store.readDatabase(id);
    if (database) await markOperation(platform, database, { operation, state: 'past_return' });
    marked.add(operation);
  };
};
