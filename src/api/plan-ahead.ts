import { findLeftBehind } from '../planning/left-behind.ts';
import type { Planning, PlanRequest } from '../planning/planning.ts';
import { planRequest } from '../planning/plan-request.ts';
import type { Plan } from '../domain/plan.ts';

/**
 * The plan that the worker would run if the operation began now.
 * @throws PgrowError what the worker would refuse it with
 */
export const planAhead = async (planning: Planning, request: PlanRequest): Promise<Plan> =>
  (await planRequest(planning, request, await findLeftBehind(planning, request))).plan;
