import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runningError } from '../client/operation-run.ts';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import type { Plan } from '../domain/plan.ts';
import { accept } from './accept.ts';
import { callerOf } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { OperationIds } from './idempotency.ts';
import type { ChangeInput } from './plan-change.ts';
import { planDocument } from './plan-document.ts';
import { isDryRun } from './query-parameters.ts';
import { untilRecorded } from './until-recorded.ts';

interface Change<W extends OperationWorkflow> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly project: string;
  /** Name of the database. */
  readonly database: string;
  readonly ids: OperationIds;
  readonly workflow: W;
  readonly input: ChangeInput<W>;
  /** Refuses what the present state does not allow. */
  readonly plan: () => Plan | Promise<Plan>;
}

/** Plans, starts and answers 202; with `?dry_run=true` only plans. */
export const startOperation = async <W extends OperationWorkflow>(
  dependencies: ApiDependencies,
  { request, reply, project, database, ids, workflow, input, plan: makePlan }: Change<W>,
) => {
  const { store, client } = dependencies;
  const { service_id, operation_id } = ids;
  if (isDryRun(request)) return planDocument({ plan: await makePlan(), database, service_id });

  const running = await untilReallyEnded(dependencies, service_id);
  if (running?.running && running.operation_id !== operation_id) throw runningError(database, running);

  const plan = await makePlan();
  const { actor } = callerOf(request);
  // Before anything can begin: what was asked for is known whatever becomes of it.
  await store.recordAudit({
    actor,
    project,
    service_id,
    action: operationTypeOf[workflow],
    details: { ...input, operation_id, database },
  });
  const run = running?.running
    ? running
    : await client.start(workflow, { ...input, service_id, operation_id, actor } as OperationInput<W>, {
        database,
        stage: plan.to?.stage ?? null,
      });
  await untilRecorded(dependencies, ids, ({ run_id }) => run_id === run.run_id);
  return accept(reply, {
    project,
    ids,
    run,
    minutes: plan.estimated_duration_minutes,
    monthlyCost: plan.cost_after.monthly_usd,
  });
};

/** An operation is recorded as done a moment before its workflow ends; whoever has waited for it may start the next. */
const untilReallyEnded = async ({ store, client }: ApiDependencies, serviceId: string) => {
  const deadline = performance.now() + endsWithinMs;
  for (;;) {
    const run = await client.describe(serviceId);
    if (!run?.running || !run.operation_id || performance.now() > deadline) return run;
    const operation = await store.readOperation(run.operation_id);
    if (!operation || operation.status === 'running') return run;
    await delay(lookEveryMs);
  }
};

const endsWithinMs = 5000;
const lookEveryMs = 50;
