import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { runningError } from '../client/operation-run.ts';
import { PgrowError } from '../domain/errors.ts';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import type { Stage } from '../domain/stage.ts';
import { stageAfter } from '../domain/stage-after.ts';
import { accept, type Estimate } from './accept.ts';
import { askedBy } from './audit.ts';
import { callerOf } from './auth.ts';
import { refusedAction, type AuditEntry } from '../store/audit.ts';
import type { PlanRequest } from '../planning/planning.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { OperationIds } from './idempotency.ts';
import { planAhead } from './plan-ahead.ts';
import { answerPlan } from './plan-document.ts';
import { agreedPlan, isDryRun } from './query-parameters.ts';

/** What a workflow is started with besides the ids and the actor. */
export type ChangeInput<W extends OperationWorkflow> = Omit<
  OperationInput<W>,
  'service_id' | 'operation_id' | 'actor' | 'plan_digest'
>;

interface Change<W extends OperationWorkflow> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly project: string;
  /** Name of the database. */
  readonly database: string;
  readonly ids: OperationIds;
  readonly workflow: W;
  readonly input: ChangeInput<W>;
  /** Null of a database that is still to be made. */
  readonly present: Stage | null;
}

/** Starts and answers 202 with what the workflow begins with; with `?dry_run=true` only plans. */
export const startOperation = async <W extends OperationWorkflow>(
  dependencies: ApiDependencies,
  { request, reply, project, database, ids, workflow, input, present }: Change<W>,
) => {
  const { store, client } = dependencies;
  const { service_id, operation_id } = ids;
  const asked = { workflow, input: { ...input, service_id }, operation: operation_id };
  if (isDryRun(request)) {
    await refuseWhileRunning(dependencies, { id: service_id, name: database });
    return answerPlan(reply, { plan: await planAhead(dependencies, asked), database, ...ids });
  }

  const running = await untilReallyEnded(dependencies, service_id);
  if (running?.running && running.operation_id !== operation_id) throw runningError(database, running);

  const { actor } = callerOf(request);
  // Before anything can begin: what was asked for is known whatever becomes of it.
  const entry = { ...askedBy(request), project, service_id, action: operationTypeOf[workflow] };
  await store.recordAudit({ ...entry, details: { ...input, operation_id, database } });
  const complete = { ...input, service_id, operation_id, actor, ...agreedPlan(request) } as OperationInput<W> & {
    operation_id: string;
  };
  const stage = stageAfter(workflow, input, present);
  const { run, opened } = await client.open(workflow, complete, { database, stage }).catch(async (error: unknown) => {
    await noteRefusal(dependencies, request, { ...entry, details: { operation_id, database } }, error);
    throw error;
  });
  const estimate = opened ?? (await estimateOf(dependencies, asked));
  return accept(reply, { project, ids, run, ...estimate });
};

/** The caller has the answer: what was refused at once is no operation that waits. */
export const noteRefusal = async (
  { store }: Pick<ApiDependencies, 'store'>,
  request: FastifyRequest,
  entry: AuditEntry,
  error: unknown,
) => {
  // Of a call that failed it is not known whether it was heard.
  if (!(error instanceof PgrowError) || error.code === 'temporal_unavailable' || error.code === 'internal') return;
  request.refusalNoted = true;
  await store.recordAudit({ ...entry, action: refusedAction, details: { ...entry.details, code: error.code } });
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
