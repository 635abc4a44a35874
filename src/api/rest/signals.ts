import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../../domain/database.ts';
import { PgrowError } from '../../domain/errors.ts';
import { checkpointWorkflowId } from '../../domain/naming.ts';
import { callerOf } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findDatabase, serviceParams } from '../lookup.ts';

const signalOf = { cutover: 'switchover', abort: 'abort', confirm: 'confirm' } as const;

/** What a running operation, or the checkpoint of the last one, can be told. */
export const signalRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  const postgres = '/v1/projects/:projectId/services/:serviceId/postgres';
  const route = (summary: string) => ({
    config: { role: 'operator' as const },
    schema: { tags: ['operations'], summary },
  });

  const audit = (request: FastifyRequest, database: Database, action: string, operation_id: string | null) =>
    store.recordAudit({
      actor: callerOf(request).actor,
      project: database.project,
      service_id: database.id,
      action,
      details: { operation_id },
    });

  const tellOperation = async (request: FastifyRequest, reply: FastifyReply, verb: keyof typeof signalOf) => {
    const database = await findDatabase(dependencies, serviceParams(request));
    const run = await client.describe(database.id);
    if (!run?.running) {
      throw new PgrowError(
        'refused',
        `Cannot ${verb} ${database.name}: no operation runs. Its operations say what was done.`,
      );
    }
    if (verb === 'confirm' && !(await waitsOutGrace(run.operation_id))) {
      throw new PgrowError(
        'refused',
        `Cannot confirm ${database.name}: ${run.type} ${run.operation_id ?? ''} runs and no grace period of it can be cut short. Wait for its end.`,
      );
    }
    await client.signal(database.id, signalOf[verb]);
    await audit(request, database, verb, run.operation_id);
    const { operation_id, workflow_id, run_id } = run;
    void reply.code(202);
    if (operation_id)
      void reply.header('location', `${request.url.replace(/\/[^/]*$/, '')}/operations/${operation_id}`);
    return { operation_id, service_id: database.id, workflow_id, run_id };
  };

  /** Whether what runs is the wait of a grace period. */
  const waitsOutGrace = async (operation: string | null): Promise<boolean> => {
    if (operation === null) return false;
    const [document, plan] = await Promise.all([store.readOperation(operation), store.readPlan(operation)]);
    return (document?.steps ?? []).some(
      ({ status }, index) => status === 'running' && plan?.steps[index]?.run.action === 'gracePeriod',
    );
  };

  app.post(`${postgres}/cutover`, route('Go ahead with the cut-over that waits'), (request, reply) =>
    tellOperation(request, reply, 'cutover'),
  );
  app.post(`${postgres}/abort`, route('Call the running operation off and undo it'), (request, reply) =>
    tellOperation(request, reply, 'abort'),
  );

  app.post(
    `${postgres}/confirm`,
    route('Cut the running grace period short, or close the open checkpoint: no rollback after this'),
    async (request, reply) => {
      const database = await findDatabase(dependencies, serviceParams(request));
      if ((await client.describe(database.id))?.running) {
        return { ...(await tellOperation(request, reply, 'confirm')), checkpoint: null };
      }
      const checkpoint = await store.readOpenCheckpoint(database.id);
      if (!checkpoint) {
        throw new PgrowError(
          'refused',
          `Cannot confirm ${database.name}: no checkpoint is open, so there is nothing to confirm.`,
        );
      }
      await client.checkpointSignal(database.id, 'confirm');
      await audit(request, database, 'confirm', checkpoint.operation_id);
      void reply.code(202);
      return {
        operation_id: checkpoint.operation_id,
        service_id: database.id,
        workflow_id: checkpointWorkflowId(database.id),
        checkpoint,
      };
    },
  );
};
