import type { Database } from './database.ts';
import { PgrowError } from './errors.ts';
import type { OperationDocument } from './operation.ts';
import type { Plan } from './plan.ts';

/** A running restore. */
export interface RunningRestore {
  readonly operation: Pick<OperationDocument, 'id' | 'type' | 'database' | 'steps'>;
  readonly plan: Plan;
}

/**
 * The volume of a snapshot must not be removed while a restore copies it: the copy would fail, or the destroy would hang.
 * @throws PgrowError `refused`, naming every restore that has not got its copy of a snapshot of this database
 */
export const refuseWhileCopied = (source: Pick<Database, 'id' | 'name'>, restores: readonly RunningRestore[]): void => {
  const copying = restores.filter((restore) => isCopying(source.id, restore)).map(({ operation }) => operation);
  const [first] = copying;
  if (!first) return;
  const which = copying.map(({ id, database }) => `restore ${id} copies a snapshot of it to ${database}`).join(', ');
  throw new PgrowError(
    'refused',
    `Cannot destroy ${source.name} now: ${which}. Wait until that is done (./pgrow status ${first.database}), or abort ` +
      `it: ./pgrow abort ${first.database}`,
  );
};

const isCopying = (source: string, { operation, plan }: RunningRestore): boolean =>
  plan.asked?.input['source_service_id'] === source &&
  plan.steps.some(({ run }, index) => run.action === 'restoreSnapshot' && operation.steps[index]?.status !== 'done');
