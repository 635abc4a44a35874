import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../domain/database.ts';
import type { OperationWorkflow } from '../domain/inputs.ts';
import { answerRepeated } from './accept.ts';
import type { ApiDependencies } from './dependencies.ts';
import { claimUnlessDryRun } from './idempotency.ts';
import { findDatabase, serviceParams } from './lookup.ts';
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

/** Plans a change of a database and starts it; with `?dry_run=true` only plans. */
export const startChange = async (
  dependencies: ApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  /** Parses the body, whose meaning may depend on what the database is. */
  choose: (database: Database) => Change,
) => {
  const repeated = await answerRepeated(dependencies, request, reply);
  if (repeated) return repeated;
  const database = await findDatabase(dependencies, serviceParams(request));
  const { workflow, input } = choose(database);
  const ids = await claimUnlessDryRun(dependencies.store, request, database.id);
  return startOperation(dependencies, {
    request,
    reply,
    project: database.project,
    database: database.name,
    ids,
    workflow,
    input,
    present: database.topology.stage,
  });
};
