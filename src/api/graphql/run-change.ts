import type { Database } from '../../domain/database.ts';
import type { OperationDocument } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Outcome } from '../accept.ts';
import { askedBy, recordRefused } from '../audit.ts';
import { callerOf, keyOf, requireRole } from '../auth.ts';
import { checkKey, type ChangeRequest } from '../change-request.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { followOperation } from '../follow-operation.ts';
import { findOperation, type OperationParams } from '../lookup.ts';
import { planDocument } from '../plan-document.ts';
import { agreedDigest, checkWhole } from '../query-parameters.ts';
import { startChange, type Change } from '../start-change.ts';
import { paramsOf, type GraphqlContext, type ServiceArgs } from './context.ts';
import type { Waiters } from './waiters.ts';

/** Arguments of every mutation. */
export interface ChangeArgs extends ServiceArgs {
  readonly confirm: boolean;
  readonly dryRun: boolean;
  readonly planDigest?: string | null;
  readonly idempotencyKey?: string | null;
  readonly waitSeconds: number;
}

/** Seconds. */
export const longestWait = 300;

export interface ChangeDependencies extends ApiDependencies {
  readonly waiters: Waiters;
}

interface Asked {
  /** Name of the mutation. */
  readonly mutation: string;
  /** Of REST's route for the same change. */
  readonly path: string;
  readonly args: ChangeArgs;
  /** As that route takes it. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly choose: (body: unknown, database: Database) => Change;
}

/** What has come of a change by the time of the answer. */
export interface Changed {
  readonly project: string;
  readonly service_id: string;
  /** Of the operation; null of a dry run. */
  readonly operation_id: string | null;
  /** Null of a dry run, and where it cannot be read at the moment. */
  readonly operation: OperationDocument | null;
  /** As it would be run, of a dry run. */
  readonly planned: ReturnType<typeof planDocument>['operation'] | null;
  /** The plan of either; null where no worker has made one yet. */
  readonly plan: Plan | null;
  readonly estimated_duration_minutes: number | null;
  readonly estimated_monthly_cost: number | null;
}

/**
 * Starts a change as REST's route does, and waits for its end as long as the caller wants, unless too many wait already.
 * @throws PgrowError what it is refused with, which is in the audit then
 */
export const runChange = async (
  dependencies: ChangeDependencies,
  context: GraphqlContext,
  { mutation, path, args, body, choose }: Asked,
): Promise<Changed> => {
  const { request } = context;
  const caller = callerOf(request);
  let { project } = caller;
  const start = async (): Promise<Outcome> => {
    const { projectId, serviceId } = await paramsOf(dependencies, context, args);
    project = projectId;
    requireRole(caller, args.dryRun ? 'viewer' : 'operator');
    checkWhole('waitSeconds', args.waitSeconds, { least: 0, most: longestWait });
    const complete = args.confirm ? { ...body, confirm: true } : body;
    const change: ChangeRequest = {
      method: 'POST',
      url: `/v1/projects/${encodeURIComponent(project)}/services/${encodeURIComponent(serviceId)}/postgres/${path}`,
      body: complete,
      project,
      askedBy: askedBy(request),
      isDryRun: args.dryRun,
      wantsPreflight: false,
      key: checkKey(args.idempotencyKey, 'idempotencyKey'),
      agreed: args.planDigest == null ? {} : agreedDigest(args.planDigest, 'planDigest'),
    };
    return startChange(dependencies, change, serviceId, (database) => choose(complete, database));
  };
  const outcome = await start().catch(async (error: unknown) => {
    const refused = { askedBy: askedBy(request), project, request: `POST /graphql ${mutation}` };
    if (!args.dryRun)
      await recordRefused({ store: dependencies.store, log: request.log }, error, {
        ...refused,
        database: args.serviceId,
      });
    throw error;
  });
  return 'planned' in outcome
    ? plannedChange(project, outcome.planned)
    : acceptedChange(dependencies, context, args.waitSeconds, outcome.accepted);
};

type Planned = Extract<Outcome, { planned: unknown }>['planned'];
type Accepted = Extract<Outcome, { accepted: unknown }>['accepted'];

const plannedChange = (project: string, planned: Planned): Changed => ({
  project,
  service_id: planned.service_id,
  operation_id: null,
  operation: null,
  planned: planDocument(planned).operation,
  plan: planned.plan,
  estimated_duration_minutes: planned.plan.estimated_duration_minutes,
  estimated_monthly_cost: planned.plan.cost_after.monthly_usd,
});

const acceptedChange = async (
  dependencies: ChangeDependencies,
  context: GraphqlContext,
  waitSeconds: number,
  { project, ids, estimated_duration_minutes, estimated_monthly_cost }: Accepted,
): Promise<Changed> => {
  const { service_id, operation_id } = ids;
  const params = { projectId: project, serviceId: service_id, operationId: operation_id };
  const operation = await latest(dependencies, context, params, waitSeconds);
  const plan = await dependencies.store.readPlan(operation_id);
  return {
    project,
    service_id,
    operation_id,
    operation,
    planned: null,
    plan,
    estimated_duration_minutes: estimated_duration_minutes ?? plan?.estimated_duration_minutes ?? null,
    estimated_monthly_cost,
  };
};

/** The operation when it has ended, or as it is after so long, or as it was when it could be read last. */
const latest = async (
  dependencies: ChangeDependencies,
  { request, signal }: GraphqlContext,
  params: OperationParams,
  waitSeconds: number,
): Promise<OperationDocument | null> => {
  const read = () => findOperation(dependencies, params);
  let last: OperationDocument | null = null;
  const end = waitSeconds === 0 ? null : dependencies.waiters.begin(keyOf(callerOf(request)));
  try {
    last = await read();
    if (!end) return last;
    const late = AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1000)]);
    for await (const operation of followOperation(last, read, late)) last = operation;
  } catch (error) {
    // It has been accepted all the same, and the caller needs its id.
    request.log.warn({ err: error, operation: params.operationId }, 'cannot follow an operation');
  } finally {
    end?.();
  }
  return last;
};
