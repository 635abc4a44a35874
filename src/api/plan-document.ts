import type { FastifyReply } from 'fastify';
import { effectsOnEndpoints } from '../domain/endpoint-effects.ts';
import { operationWorkflowId } from '../domain/naming.ts';
import { plannedNodes } from '../domain/layers.ts';
import type { Plan } from '../domain/plan.ts';
import type { PreflightCheck } from '../domain/preflight.ts';
import { traitsOf } from '../domain/step-traits.ts';
import type { UsualDurations } from '../domain/usual-durations.ts';
import { planDigest } from '../planning/plan-digest.ts';

export interface PlanOf {
  readonly plan: Plan;
  /** Name of the database. */
  readonly database: string;
  readonly service_id: string;
  /** That the plan was made for. */
  readonly operation_id: string;
  /** What such operations took before; null or absent where that was not looked up. */
  readonly usual?: UsualDurations | null;
  /** Null or absent where it was not asked for. */
  readonly preflight?: readonly PreflightCheck[] | null;
}

/** A plan in the shape of the operation that would run it. */
export const planDocument = ({ plan, database, service_id, operation_id, usual = null, preflight = null }: PlanOf) => ({
  operation: {
    id: null,
    digest: planDigest(plan, { operation_id, service_id }),
    workflow_id: operationWorkflowId(service_id),
    run_id: null,
    type: plan.type,
    database,
    service_id,
    from_stage: plan.from?.stage ?? null,
    to_stage: plan.to?.stage ?? null,
    status: 'planned',
    steps: traitsOf(plan).map(({ cut_over, waits_for_signal, lane }, index) => ({
      index,
      name: plan.steps[index]!.name,
      phase: plan.steps[index]!.phase,
      status: 'pending',
      started_at: null,
      duration_ms: null,
      detail: null,
      attempt: null,
      ended_at: null,
      progress: null,
      waiting_for: null,
      remedy: null,
      cut_over,
      waits_for_signal,
      lane,
      usual_ms: usual?.steps[index] ?? null,
    })),
    started_at: null,
    ended_at: null,
    duration_ms: null,
    expected_stall_ms: plan.expected_stall_ms,
    stall_ms: null,
    waiting_for: null,
    closes_window: plan.closes_window ?? null,
    point_of_no_return: plan.point_of_no_return,
    nodes_added: plan.nodes_added,
    nodes_removed: plan.nodes_removed,
    cost_before: plan.cost_before,
    cost_after: plan.cost_after,
    changes: plan.changes ?? [],
    estimated_duration_minutes: plan.estimated_duration_minutes,
    estimated_duration_ms: plan.estimated_duration_minutes * 60_000,
    usual_ms: usual?.whole ?? null,
    current: null,
    topology: { before: plan.from && plannedNodes(plan.from), after: plan.to && plannedNodes(plan.to) },
    preflight,
    warnings: plan.warnings,
    losses: plan.losses ?? [],
    endpoints: effectsOnEndpoints(plan),
    checkpoint: null,
    error: null,
  },
});

/** Its digest is the entity tag: a request that sends it as `If-Match` runs this plan, or is refused. */
export const answerPlan = (reply: FastifyReply, planned: PlanOf) => {
  const document = planDocument(planned);
  void reply.header('etag', `"${document.operation.digest}"`);
  return document;
};
