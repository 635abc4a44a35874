import { sql, type Selectable } from 'kysely';
import type { Plan } from '../domain/plan.ts';
import { remarksOf } from '../domain/remarks.ts';
import { waitingFor, type OperationDocument } from '../domain/operation.ts';
import { abortableOf, currentStep, cutOverOf } from '../domain/operation-standing.ts';
import { requestAgain } from '../domain/request-again.ts';
import { stepRecord } from '../domain/step-record.ts';
import { toCheckpoint } from './checkpoints.ts';
import type { Queries } from './connection.ts';
import type { Tables } from './tables.ts';

interface OperationFilter {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly service_id?: string;
  readonly status?: 'running';
  readonly project?: string;
  /** How many of the latest; `listLimit` where it is not given, null for all. */
  readonly limit?: number | null;
  /** Id of one to leave out. */
  readonly except?: string;
}

const listLimit = 200;

/** Of a plan: the whole of it, with the configuration of every node, may be a thousand times as much. */
const shownOfPlan = [
  'expected_stall_ms',
  'point_of_no_return',
  'nodes_added',
  'nodes_removed',
  'cost_before',
  'cost_after',
  'changes',
  'warnings',
  'closes_window',
  'reason',
  'estimated_duration_minutes',
  'asked',
] as const satisfies readonly (keyof Plan)[];

const columns = [
  'id',
  'workflow_id',
  'run_id',
  'type',
  'service_id',
  'from_stage',
  'to_stage',
  'status',
  'actor',
  'started_at',
  'ended_at',
  'stall_ms',
  'error',
  'options',
  'hand_over',
] as const satisfies readonly (keyof Tables['operations'])[];

type ShownOperation = Pick<Selectable<Tables['operations']>, (typeof columns)[number]> & {
  readonly database: string;
  readonly project: string;
  readonly plan: Pick<Plan, (typeof shownOfPlan)[number]>;
};

const planPart = sql<ShownOperation['plan']>`jsonb_build_object(${sql.join(
  shownOfPlan.flatMap((name) => [sql.lit(name), sql`operations.plan -> ${sql.lit(name)}`]),
)})`;

/** Operations with their steps and checkpoints, newest first. */
export const readDocuments = async (queries: Queries, filter: OperationFilter): Promise<OperationDocument[]> => {
  let query = queries
    .selectFrom('operations')
    .innerJoin('services', 'services.id', 'operations.service_id')
    .select(columns.map((column) => `operations.${column}` as const))
    .select(['services.name as database', 'services.project', planPart.as('plan')]);
  if (filter.ids !== undefined) query = query.where('operations.id', 'in', [...filter.ids]);
  if (filter.id !== undefined) query = query.where('operations.id', '=', filter.id);
  if (filter.service_id !== undefined) query = query.where('operations.service_id', '=', filter.service_id);
  if (filter.project !== undefined) query = query.where('services.project', '=', filter.project);
  if (filter.status !== undefined) query = query.where('operations.status', '=', filter.status);
  if (filter.except !== undefined) query = query.where('operations.id', '!=', filter.except);
  query = query.orderBy('operations.started_at', 'desc');
  if (filter.limit !== null) query = query.limit(filter.limit ?? listLimit);
  const operations = await query.execute();
  if (operations.length === 0) return [];

  const ids = operations.map(({ id }) => id);
  const [steps, checkpoints] = await Promise.all([
    queries.selectFrom('operation_steps').selectAll().where('operation_id', 'in', ids).orderBy('index').execute(),
    queries.selectFrom('checkpoints').selectAll().where('operation_id', 'in', ids).execute(),
  ]);
  return operations.map((operation) => {
    const checkpoint = checkpoints.find(({ operation_id }) => operation_id === operation.id);
    return toDocument(
      operation,
      steps.filter(({ operation_id }) => operation_id === operation.id),
      checkpoint ? toCheckpoint(checkpoint) : null,
    );
  });
};

const toDocument = (
  operation: ShownOperation,
  steps: readonly Selectable<Tables['operation_steps']>[],
  checkpoint: OperationDocument['checkpoint'],
): OperationDocument => {
  const { plan, started_at, ended_at, options, status, type, service_id, database, project } = operation;
  const { point_of_no_return } = plan;
  const records = steps.map((step) => stepRecord(step, { point_of_no_return, options }));
  const grace_seconds = steps.find(({ traits }) => typeof traits?.grace_seconds === 'number')?.traits?.grace_seconds;
  return {
    id: operation.id,
    workflow_id: operation.workflow_id,
    run_id: operation.run_id,
    type,
    database,
    service_id,
    from_stage: operation.from_stage,
    to_stage: operation.to_stage,
    status,
    actor: operation.actor,
    reason: plan.reason ?? null,
    steps: records,
    started_at: started_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
    duration_ms: ended_at ? ended_at.getTime() - started_at.getTime() : null,
    expected_stall_ms: plan.expected_stall_ms,
    stall_ms: operation.stall_ms,
    waiting_for: status === 'running' ? waitingFor(steps) : null,
    closes_window: plan.closes_window ?? null,
    point_of_no_return,
    nodes_added: plan.nodes_added,
    nodes_removed: plan.nodes_removed,
    cost_before: plan.cost_before,
    cost_after: plan.cost_after,
    changes: plan.changes ?? [],
    warnings: [...plan.warnings, ...remarksOf(steps)],
    checkpoint,
    error: operation.error,
    current: currentStep({ status, steps: records }),
    estimated_duration_ms: plan.estimated_duration_minutes * 60_000,
    request: requestAgain({
      asked: plan.asked,
      options,
      project,
      service_id,
      database,
      grace_seconds: grace_seconds ?? null,
    }),
    abortable: abortableOf({ type, database, status, steps: records }),
    cut_over: cutOverOf(records, options),
    hand_over: operation.hand_over,
  };
};
