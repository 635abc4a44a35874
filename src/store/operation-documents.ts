import { sql, type Selectable } from 'kysely';
import type { Plan } from '../domain/plan.ts';
import { remarksOf } from '../domain/remarks.ts';
import { waitingFor, type OperationDocument, type StepRecord } from '../domain/operation.ts';
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
  'warnings',
  'closes_window',
  'reason',
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
] as const satisfies readonly (keyof Tables['operations'])[];

type ShownOperation = Pick<Selectable<Tables['operations']>, (typeof columns)[number]> & {
  readonly database: string;
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
    .select(['services.name as database', planPart.as('plan')]);
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
  const { plan, started_at, ended_at } = operation;
  return {
    id: operation.id,
    workflow_id: operation.workflow_id,
    run_id: operation.run_id,
    type: operation.type,
    database: operation.database,
    service_id: operation.service_id,
    from_stage: operation.from_stage,
    to_stage: operation.to_stage,
    status: operation.status,
    actor: operation.actor,
    reason: plan.reason ?? null,
    steps: steps.map(toStepRecord),
    started_at: started_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
    duration_ms: ended_at ? ended_at.getTime() - started_at.getTime() : null,
    expected_stall_ms: plan.expected_stall_ms,
    stall_ms: operation.stall_ms,
    waiting_for: operation.status === 'running' ? waitingFor(steps) : null,
    closes_window: plan.closes_window ?? null,
    point_of_no_return: plan.point_of_no_return,
    nodes_added: plan.nodes_added,
    nodes_removed: plan.nodes_removed,
    cost_before: plan.cost_before,
    cost_after: plan.cost_after,
    warnings: [...plan.warnings, ...remarksOf(steps)],
    checkpoint,
    error: operation.error,
  };
};

const toStepRecord = (step: Selectable<Tables['operation_steps']>): StepRecord => ({
  name: step.name,
  phase: step.phase,
  status: step.status,
  started_at: step.started_at?.toISOString() ?? null,
  duration_ms: step.started_at && step.ended_at ? step.ended_at.getTime() - step.started_at.getTime() : null,
  detail: step.detail,
  ...(step.waiting && { waiting: true }),
});
