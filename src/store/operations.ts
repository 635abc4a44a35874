import { sql } from 'kysely';
import type {
  HandOver,
  OperationDocument,
  OperationError,
  OperationStatus,
  OperationType,
} from '../domain/operation.ts';
import type { OperationOptions } from '../domain/options.ts';
import type { Plan } from '../domain/plan.ts';
import { planOnRecord, toRecord } from '../domain/recorded-plan.ts';
import { traitsOf } from '../domain/step-traits.ts';
import type { Queries } from './connection.ts';
import { doubt } from './observed.ts';
import { readDocuments } from './operation-documents.ts';
import { stepStore, type StepStore } from './operation-steps.ts';
import { isUuid } from './service-id.ts';
import { countAddresses } from './subnets.ts';

export interface OperationStore extends StepStore {
  /** Idempotent by id. The database must be registered. */
  beginOperation(operation: NewOperation): Promise<void>;
  /** Of several, the last one stays. */
  recordHandOver(call: { readonly operation: string; readonly hand_over: HandOver }): Promise<void>;
  endOperation(end: OperationEnd): Promise<void>;
  /** Of one project or of all. */
  readOperation(id: string, project?: string): Promise<OperationDocument | null>;
  /** Newest first. */
  listOperations(serviceId: string): Promise<readonly OperationDocument[]>;
  readRunningOperation(serviceId: string): Promise<OperationDocument | null>;
  /** Of all databases of one project or of all. */
  listRunningOperations(filter: { readonly project?: string }): Promise<readonly OperationDocument[]>;
  /** Databases on which an operation runs. */
  listBusy(): Promise<ReadonlySet<string>>;
  /** Whether an operation runs: what is asked every second of every database. */
  isBusy(serviceId: string): Promise<boolean>;
  /** The one that began last, besides `except`. */
  readLastOperation(serviceId: string, except?: string | null): Promise<OperationDocument | null>;
  /** Null for an unknown one. */
  readOperationStatus(id: string): Promise<OperationStatus | null>;
  /**
   * The plan of an operation; null for an unknown one.
   * @throws PgrowError `needs_operator` where this version cannot read it
   */
  readPlan(operation: string): Promise<Plan | null>;
}

export interface NewOperation {
  readonly id: string;
  readonly service_id: string;
  readonly workflow_id: string;
  readonly run_id: string | null;
  readonly type: OperationType;
  readonly plan: Plan;
  readonly actor: string;
  /** Of its request; absent where they are not known. */
  readonly options?: OperationOptions;
}

export interface OperationEnd {
  readonly id: string;
  readonly status: Exclude<OperationStatus, 'running'>;
  readonly stall_ms: number | null;
  readonly error: OperationError | null;
}

const now = sql<Date>`clock_timestamp()`;

export const operationStore = (queries: Queries): OperationStore => ({
  ...stepStore(queries),

  async beginOperation({ plan, options, ...operation }) {
    const traits = traitsOf(plan);
    await queries.transaction().execute(async (transaction) => {
      const inserted = await transaction
        .insertInto('operations')
        .values({
          ...operation,
          plan: JSON.stringify(toRecord(plan)),
          options: options ? JSON.stringify(options) : null,
          from_stage: plan.from?.stage ?? null,
          to_stage: plan.to?.stage ?? null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute();
      if (inserted.length === 0) return;
      if (plan.steps.length > 0) {
        await transaction
          .insertInto('operation_steps')
          .values(
            plan.steps.map(({ name, phase }, index) => ({
              operation_id: operation.id,
              index,
              name,
              phase,
              traits: JSON.stringify(traits[index]),
              attempts: 0,
            })),
          )
          .execute();
      }
      // Temporal runs one at a time, so whatever still counts as running was terminated without a word.
      await transaction
        .updateTable('operations')
        .set({ status: 'failed', ended_at: now, error: JSON.stringify(terminated) })
        .where('service_id', '=', operation.service_id)
        .where('status', '=', 'running')
        .where('id', '!=', operation.id)
        .execute();
      await countAddresses(transaction, operation.service_id, plan.addresses_given);
      await doubt(transaction, operation.service_id);
    });
  },

  async recordHandOver({ operation, hand_over }) {
    const measured = { hand_over: JSON.stringify(hand_over) };
    await queries.updateTable('operations').set(measured).where('id', '=', operation).execute();
  },

  async endOperation({ id, status, stall_ms, error }) {
    await queries
      .updateTable('operation_steps')
      .set({ status: 'pending', waiting: false, started_at: null, detail: null })
      .where('operation_id', '=', id)
      .where('waiting', '=', true)
      .execute();
    // Nothing runs in an operation that has ended: what did has not come to its own end.
    await queries
      .updateTable('operation_steps')
      .set({ status: 'failed', ended_at: now })
      .where('operation_id', '=', id)
      .where('status', '=', 'running')
      .execute();
    const ended = await queries
      .updateTable('operations')
      .set({
        status,
        stall_ms,
        error: error && JSON.stringify(error),
        ended_at: sql<Date>`coalesce(ended_at, clock_timestamp())`,
      })
      .where('id', '=', id)
      .returning('service_id')
      .executeTakeFirst();
    if (ended) await doubt(queries, ended.service_id);
  },

  async readOperation(id, project) {
    if (!isUuid(id)) return null;
    const [document] = await readDocuments(queries, { id, ...(project === undefined ? {} : { project }) });
    return document ?? null;
  },

  listOperations: (service_id) => readDocuments(queries, { service_id }),

  async readRunningOperation(service_id) {
    const [document] = await readDocuments(queries, { service_id, status: 'running' });
    return document ?? null;
  },

  listRunningOperations: (filter) => readDocuments(queries, { status: 'running', ...filter, limit: null }),

  async listBusy() {
    const running = queries.selectFrom('operations').select('service_id').where('status', '=', 'running');
    return new Set((await running.execute()).map(({ service_id }) => service_id));
  },

  async isBusy(service_id) {
    const running = queries.selectFrom('operations').select('id').where('status', '=', 'running');
    return (await running.where('service_id', '=', service_id).limit(1).executeTakeFirst()) !== undefined;
  },

  async readLastOperation(service_id, except) {
    const [document] = await readDocuments(queries, { service_id, limit: 1, ...(except ? { except } : {}) });
    return document ?? null;
  },

  async readOperationStatus(id) {
    const row = await queries.selectFrom('operations').select('status').where('id', '=', id).executeTakeFirst();
    return row?.status ?? null;
  },

  async readPlan(operation) {
    const row = await queries.selectFrom('operations').select('plan').where('id', '=', operation).executeTakeFirst();
    return row ? planOnRecord(row.plan, operation) : null;
  },
});

const terminated: OperationError = {
  code: 'internal',
  message: 'Its workflow was terminated before it could report how it ended.',
  step: null,
  left_over: [],
};
