import type { Database } from '../domain/database.ts';
import type { OperationWorkflow } from '../domain/inputs.ts';
import { findRepeated, type Outcome } from './accept.ts';
import type { ChangeRequest } from './change-request.ts';
import type { ApiDependencies } from './dependencies.ts';
import { claimUnlessDryRun } from './idempotency.ts';
import { findDatabase } from './lookup.ts';
import { startOperation, type ChangeInput } from './start-operation.ts';

/** Operations of a database that is there; a rollback is started by its checkpoint. */
type ChangeWorkflow = Exclude<OperationWorkflow, 'createDatabase' | 'restoreSnapshot' | 'rollback'>;

/** Which operation a request asks for, and with what. */
export type Change = {
  readonly [W in ChangeWorkflow]: {
    readonly workflow: W;
    readonly input: ChangeInput<W>;
  };
}[ChangeWorkflow];

/** Plans a change of a database and starts it; a dry run only plans. */
export const startChange = async (
  dependencies: ApiDependencies,
  request: ChangeRequest,
  /** Its name or its id. */
  serviceId: string,
  /** Parses the body, whose meaning may depend on what the database is. */
  choose: (database: Database) => Change,
): Promise<Outcome> => {
  const repeated = await findRepeated(dependencies, request);
  if (repeated) return repeated;
  const database = await findDatabase(dependencies, { projectId: request.project, serviceId });
  const { workflow, input } = choose(database);
  const ids = await claimUnlessDryRun(dependencies.store, request, database.id);
  return startOperation(dependencies, {
    request,
    project: database.project,
    database: database.name,
    ids,
    workflow,
    input,
    present: database.topology.stage,
  });
};
