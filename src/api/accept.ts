import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiDependencies } from './dependencies.ts';
import { findEarlier, type OperationIds } from './idempotency.ts';
import { serviceParams } from './lookup.ts';

interface Accepted {
  readonly project: string;
  readonly ids: OperationIds;
  readonly run: { readonly workflow_id: string; readonly run_id: string | null };
  /** Null when the operation was planned earlier. */
  readonly minutes: number | null;
  readonly monthlyCost: number;
}

/** 202: what was started, and where to look. */
export const accept = (reply: FastifyReply, { project, ids, run, minutes, monthlyCost }: Accepted) => {
  const { service_id, operation_id } = ids;
  const service = `/v1/projects/${encodeURIComponent(project)}/services/${service_id}`;
  void reply.code(202).header('location', `${service}/postgres/operations/${operation_id}`);
  return {
    operation_id,
    service_id,
    workflow_id: run.workflow_id,
    run_id: run.run_id,
    estimated_duration_minutes: minutes,
    estimated_monthly_cost: monthlyCost,
  };
};

/** The same request with the same `Idempotency-Key` again: the operation it started, unless it was not done. */
export const acceptRepeated = async ({ store }: ApiDependencies, request: FastifyRequest, reply: FastifyReply) => {
  const earlier = await findEarlier(store, request);
  if (!earlier?.operation) return null;
  const { ids, operation } = earlier;
  const { projectId: project } = serviceParams(request);
  return accept(reply, { project, ids, run: operation, minutes: null, monthlyCost: operation.cost_after.monthly_usd });
};
