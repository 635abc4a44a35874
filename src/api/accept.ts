import type { FastifyReply } from 'fastify';
import type { ChangeRequest } from './change-request.ts';
import type { ApiDependencies } from './dependencies.ts';
import { findEarlier, type OperationIds } from './idempotency.ts';
import { answerPlan, type PlanOf } from './plan-document.ts';

/** Null if it is not known: nothing has planned it yet, or it was planned earlier. */
export interface Estimate {
  readonly estimated_duration_minutes: number | null;
  readonly estimated_monthly_cost: number | null;
}

export interface Accepted extends Estimate {
  readonly project: string;
  readonly ids: OperationIds;
  readonly run: { readonly workflow_id: string; readonly run_id: string | null };
}

/** What a request for a change leads to: its plan where only that was asked for. */
export type Outcome = { readonly planned: PlanOf } | { readonly accepted: Accepted };

/** 200 with the plan, or 202: what was started, and where to look. */
export const answerChange = (reply: FastifyReply, outcome: Outcome) =>
  'planned' in outcome ? answerPlan(reply, outcome.planned) : accept(reply, outcome.accepted);

const accept = (reply: FastifyReply, { project, ids, run, ...estimate }: Accepted) => {
  const { service_id, operation_id } = ids;
  const service = `/v1/projects/${encodeURIComponent(project)}/services/${service_id}`;
  void reply.code(202).header('location', `${service}/postgres/operations/${operation_id}`);
  return {
    operation_id,
    service_id,
    workflow_id: run.workflow_id,
    run_id: run.run_id,
    estimated_duration_minutes: estimate.estimated_duration_minutes,
    estimated_monthly_cost: estimate.estimated_monthly_cost,
  };
};

/**
 * The same request with the same `Idempotency-Key` again: the operation it started, unless it was not done. A dry run of it
 * shows the plan on record: by now another might be made, or none.
 */
export const findRepeated = async ({ store }: ApiDependencies, request: ChangeRequest): Promise<Outcome | null> => {
  const earlier = await findEarlier(store, request);
  if (!earlier?.operation) return null;
  const { ids, operation } = earlier;
  if (request.isDryRun) {
    const plan = await store.readPlan(operation.id);
    if (!plan) return null;
    return { planned: { plan, database: operation.database, ...ids, usual: await store.readUsualDurations(plan) } };
  }
  return {
    accepted: {
      project: request.project,
      ids,
      run: operation,
      estimated_duration_minutes: null,
      estimated_monthly_cost: operation.cost_after.monthly_usd,
    },
  };
};
