import { setTimeout as delay } from 'node:timers/promises';
import { runningError } from '../client/operation-run.ts';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import type { Stage } from '../domain/stage.ts';
import { stageAfter } from '../domain/stage-after.ts';
import type { PlanRequest } from '../planning/planning.ts';
import type { Estimate, Outcome } from './accept.ts';
import { noteRefusal } from './audit.ts';
import type { ChangeRequest } from './change-request.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { OperationIds } from './idempotency.ts';
import { planAhead, previewPlan } from './plan-ahead.ts';

/** What a workflow is started with besides the ids and the actor. */
export type ChangeInput<W extends OperationWorkflow> = Omit<
  OperationInput<W>,
  'service_id' | 'operation_id' | 'actor' | 'plan_digest' | 'input_version'
>;

interface Change<W extends OperationWorkflow> {
  readonly request: ChangeRequest;
  readonly project: string;
  /** Name of the database. */
  readonly database: string;
  readonly ids: OperationIds;
  readonly workflow: W;
  readonly input: ChangeInput<W>;
  /** Null of a database that is still to be made. */
  readonly present: Stage | null;
}

/** Starts it, and gives what its workflow begins with; a dry run only plans. */
export const startOperation = async <W extends OperationWorkflow>(
  dependencies: ApiDependencies,
  { request, project, database, ids, workflow, input, present }: Change<W>,
): Promise<Outcome> => {
  const { store, client } = dependencies;
  const { service_id, operation_id } = ids;
  const asked = { workflow, input: { ...input, service_id }, operation: operation_id };
  if (request.isDryRun) {
    await refuseWhileRunning(dependencies, { id: service_id, name: database });
    return { planned: { ...(await previewPlan(dependencies, asked, request.wantsPreflight)), database, ...ids } };
  }

  const running = await untilReallyEnded(dependencies, service_id);
  if (running?.running && running.operation_id !== operation_id) throw runningError(database, running);

  const { actor } = request.askedBy;
  // Before anything can begin: what was asked for is known whatever becomes of it.
  const entry = { ...request.askedBy, project, service_id, action: operationTypeOf[workflow] };
  await store.recordAudit({ ...entry, details: { ...input, operation_id, database } });
  const complete = { ...input, service_id, operation_id, actor, ...request.agreed } as OperationInput<W> & {
    operation_id: string;
  };
  const stage = stageAfter(workflow, input, present);
  const { run, opened } = await client.open(workflow, complete, { database, stage }).catch(async (error: unknown) => {
    await noteRefusal(dependencies, { ...entry, details: { operation_id, database } }, error);
    throw error;
  });
  const estimate = opened ?? (await estimateOf(dependencies, asked));
  return { accepted: { project, ids, run, ...estimate } };
};

/** Of what no worker has planned yet: as it would be planned now, if anything can be said of that. */
const estimateOf = async (dependencies: ApiDependencies, asked: PlanRequest): Promise<Estimate> => {
  const plan = await planAhead(dependencies, asked).catch(() => null);
  return {
    estimated_duration_minutes: plan?.estimated_duration_minutes ?? null,
    estimated_monthly_cost: plan?.cost_after.monthly_usd ?? null,
  };
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
