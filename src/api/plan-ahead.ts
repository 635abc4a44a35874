import { findLeftBehind } from '../planning/left-behind.ts';
import type { Planning, PlanRequest } from '../planning/planning.ts';
import { planRequest } from '../planning/plan-request.ts';
import type { Looks } from '../domain/looks.ts';
import type { Plan } from '../domain/plan.ts';
import type { PreflightQuestion } from '../domain/preflight.ts';
import type { PlanOf } from './plan-document.ts';

interface PlannedAhead extends Pick<PlanOf, 'plan' | 'usual' | 'preflight'> {}

/**
 * The same for a dry run: with what such operations took before, and what would be checked first if that is wanted.
 * @throws PgrowError what the worker would refuse it with
 */
export const previewPlan = async (
  dependencies: Planning & Pick<Looks, 'readPreflight'>,
  request: PlanRequest,
  wantsPreflight: boolean,
): Promise<PlannedAhead> => {
  const { plan, database, restored } = await planRequest(
    dependencies,
    request,
    await findLeftBehind(dependencies, request),
  );
  const { type, from, to, nodes_added, snapshot } = plan;
  const { id, name, project, topology, size, postgres_major } = database;
  const question: PreflightQuestion = {
    database: { id, name, project, topology, postgres_major, ...(size && { size }) },
    plan: { type, from, to, nodes_added, snapshot },
    restored_bytes: restored?.snapshot.bytes ?? null,
    port: (request.input as { readonly port?: number }).port ?? null,
  };
  const [usual, preflight] = await Promise.all([
    dependencies.store.readUsualDurations(plan),
    wantsPreflight ? dependencies.readPreflight(question) : null,
  ]);
  return { plan, usual, preflight };
};

/**
 * The plan that the worker would run if the operation began now.
 * @throws PgrowError what the worker would refuse it with
 */
export const planAhead = async (planning: Planning, request: PlanRequest): Promise<Plan> =>
  (await planRequest(planning, request, await findLeftBehind(planning, request))).plan;
