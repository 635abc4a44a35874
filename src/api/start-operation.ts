import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runningError } from '../client/operation-run.ts';
import { refuseUnconfirmed } from '../domain/confirmation.ts';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import { accept } from './accept.ts';
import { callerOf } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { OperationIds } from './idempotency.ts';
import { planAhead } from './plan-ahead.ts';
import { planDocument } from './plan-document.ts';
import { isDryRun } from './query-parameters.ts';
import { untilRecorded } from './until-recorded.ts';

/** What a workflow is started with besides the ids and the actor. */
export type ChangeInput<W extends OperationWorkflow> = Omit<OperationInput<W>, 'service_id' | 'operation_id' | 'actor'>;

interface Change<W extends OperationWorkflow> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly project: string;
  /** Name of the database. */
  readonly database: string;
  readonly ids: OperationIds;
  readonly workflow: W;
  readonly input: ChangeInput<W>;
  /** Whether what the plan would lose has been confirmed. */
  readonly confirmed: boolean;
}

/** Plans, starts and answers 202; with `?dry_run=true` only plans. */
export const startOperation = async <W extends OperationWorkflow>(
  dependencies: ApiDependencies,
  { request, reply, project, database, ids, workflow, input, confirmed }: Change<W>,
) => {
  const { store, client } = dependencies;
  const { service_id, operation_id } = ids;
  const asked = { workflow, input: { ...input, service_id }, operation: operation_id };
  if (isDryRun(request)) {
    await refuseWhileRunning(dependencies, { id: service_id, name: database });
    return planDocument({ plan: await planAhead(dependencies, asked), database, service_id });
  }

  const running = await untilReallyEnded(dependencies, service_id);
  if (running?.running && running.operation_id !== operation_id) throw runningError(database, running);

  const plan = await planAhead(dependencies, asked);
  refuseUnconfirmed(plan, confirmed);
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

/** What the record shows as running is part of a plan only when its workflow has been ended from outside. */
export const refuseWhileRunning = async (
  dependencies: ApiDependencies,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> => {
  const run = (await dependencies.store.isBusy(id)) ? await untilReallyEnded(dependencies, id) : null;
  if (run?.running) throw runningError(name, run);
};

/** An operation is recorded as done a moment before its workflow ends; a caller that waited for it may start the next. */
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
