import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runningError } from '../../client/operation-run.ts';
import type { Database } from '../../domain/database.ts';
import type { OperationInput } from '../../domain/inputs.ts';
import { operationWorkflowId } from '../../domain/naming.ts';
import { refuseUnconfirmed } from '../../domain/confirmation.ts';
import { PgrowError } from '../../domain/errors.ts';
import { isPastReturn } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import { refuseOtherPlan } from '../../planning/plan-digest.ts';
import { answerChange, findRepeated } from '../accept.ts';
import { readWindow } from '../../store/rollback-window.ts';
import { noteRefusal } from '../audit.ts';
import { bodyRules, rollbackBody } from '../bodies.ts';
import { changeRequestOf } from '../change-request.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { changeAnswers } from '../documents/operation.ts';
import { claimUnlessDryRun } from '../idempotency.ts';
import { findDatabase, serviceParams } from '../lookup.ts';
import { parseBody } from '../parse-body.ts';
import { planAhead, previewPlan } from '../plan-ahead.ts';
import { answerPlan } from '../plan-document.ts';
import { changeHeaders, dryRunRules } from '../query-parameters.ts';
import { refuseWhileRunning } from '../start-operation.ts';
import { untilRecorded } from '../until-recorded.ts';

/** Back to the stage before the last operation. Its checkpoint runs it, which knows what it has kept for that. */
export const rollbackRoutes = (app: FastifyInstance, dependencies: ApiDependencies): void => {
  const { store, client } = dependencies;
  app.post(
    '/v1/projects/:projectId/services/:serviceId/postgres/rollback',
    {
      config: { role: 'operator', plansFor: 'viewer', answers: changeAnswers },
      schema: {
        tags: ['changes'],
        summary: 'Back to the stage before the last operation, keeping every write made since',
        querystring: dryRunRules,
        headers: changeHeaders,
        body: bodyRules(rollbackBody),
      },
    },
    async (request: FastifyRequest, reply: FastifyReply) => {
      const change = changeRequestOf(request);
      const repeated = await findRepeated(dependencies, change);
      if (repeated) return answerChange(reply, repeated);
      const { options, confirmation } = parseBody(rollbackBody, request.body);
      const database = await findDatabase(dependencies, serviceParams(request));
      const ids = await claimUnlessDryRun(store, change, database.id);
      const { operation_id } = ids;
      const input = { options, service_id: database.id };
      const asked = { workflow: 'rollback', input, operation: operation_id } as const;
      if (change.isDryRun) {
        await refuseWhileRunning(dependencies, database);
        return answerPlan(reply, {
          ...(await previewPlan(dependencies, asked, change.wantsPreflight)),
          database: database.name,
          service_id: database.id,
          operation_id,
        });
      }

      const running = await client.describe(database.id);
      if (running?.running && running.operation_id !== operation_id) throw runningError(database.name, running);
      const checkpoint = await store.readOpenCheckpoint(database.id);
      if (!checkpoint) {
        throw new PgrowError(
          'refused',
          `Cannot roll ${database.name} back: no checkpoint is open. Its list of checkpoints shows the earlier ones.`,
        );
      }
      const plan = await planAhead(dependencies, asked);
      const { agreed } = change;
      refuseOtherPlan(plan, { operation_id, service_id: database.id }, agreed.plan_digest);
      refuseUnconfirmed(plan, confirmation.confirm);
      const { actor } = change.askedBy;
      const entry = {
        ...change.askedBy,
        project: database.project,
        service_id: database.id,
        action: 'rollback',
        details: { ...options, operation_id, database: database.name, of: checkpoint.operation_id },
      };
      await store.recordAudit(entry);
      const run = running?.running
        ? running
        : await begin(dependencies, database, plan, { operation_id, actor, options, ...agreed }).catch(
            async (error: unknown) => {
              await noteRefusal(dependencies, entry, error);
              throw error;
            },
          );
      return answerChange(reply, {
        accepted: {
          project: database.project,
          ids,
          run: run ?? { workflow_id: operationWorkflowId(database.id), run_id: null },
          estimated_duration_minutes: plan.estimated_duration_minutes,
          estimated_monthly_cost: plan.cost_after.monthly_usd,
        },
      });
    },
  );
};

/**
 * By the checkpoint, which has nothing more to do after one that did not finish: that continues by itself. Null if no
 * worker has taken it up.
 * @throws PgrowError what it was refused with
 */
const begin = async (
  dependencies: ApiDependencies,
  { id, name }: Database,
  plan: Plan,
  request: {
    readonly operation_id: string;
    readonly actor: string;
    readonly options: NonNullable<OperationInput<'rollback'>['options']>;
    readonly plan_digest?: string;
  },
): Promise<{ readonly workflow_id: string; readonly run_id: string | null } | null> => {
  const { store, client } = dependencies;
  const last = await store.readLastOperation(id);
  if (last?.type === 'rollback' && isPastReturn(last)) {
    const about = { database: name, stage: plan.to?.stage ?? null };
    return (await client.open('rollback', { service_id: id, confirm: true, ...request }, about)).run;
  }
  const window = await readWindow(store, { id, name });
  if (!window) throw new PgrowError('refused', `Cannot roll ${name} back: its rollback window is closing, or closed.`);
  const about = { database: name, stage: plan.from?.stage ?? null };
  const { takes_effect } = await client.rollBack(window, about, request);
  if (takes_effect === 'when_a_worker_runs') return null;
  const { operation_id } = request;
  return untilRecorded(dependencies, { service_id: id, operation_id }, (run) => run.operation_id === operation_id);
};
