import { sql } from 'kysely';
import type {
  HandOver,
  OperationDocument,
  OperationError,
  OperationStatus,
  OperationType,
  StepStatus,
} from '../domain/operation.ts';
import type { OperationOptions } from '../domain/options.ts';
import type { Plan } from '../domain/plan.ts';
import { planOnRecord, toRecord } from '../domain/recorded-plan.ts';
import type { StepSeen } from '../domain/step-record.ts';
import { traitsOf } from '../domain/step-traits.ts';
import type { Queries } from './connection.ts';
import { doubt } from './observed.ts';
import { readDocuments } from './operation-documents.ts';
import { isUuid } from './service-id.ts';
import { countAddresses } from './subnets.ts';

export interface OperationStore {
  /** Idempotent by id. The database must be registered. */
  beginOperation(operation: NewOperation): Promise<void>;
  /** Takes the step's index in the plan, as do the others. Idempotent. */
  stepStarted(step: StepOfOperation): Promise<void>;
  /** The step is next, but has not begun: it waits for what `detail` names. */
  stepWaits(step: StepOfOperation & { readonly detail: string }): Promise<void>;
  /** What the step waits for or how far it is; nothing once the step has ended. The text stays where none is given. */
  stepDetail(step: StepOfOperation & { readonly detail?: string; readonly seen?: StepSeen }): Promise<void>;
  stepEnded(step: EndedStep): Promise<void>;
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

export interface StepOfOperation {
  readonly operation: string;
  readonly step: number;
}

export interface EndedStep extends StepOfOperation {
  readonly status: Exclude<StepStatus, 'pending' | 'running'>;
  /** Of a step that is done: what is to be kept of it (`remarks.ts`). Default null. */
  readonly detail?: string | null;
}

export interface OperationEnd {
  readonly id: string;
  readonly status: Exclude<OperationStatus, 'running'>;
  readonly stall_ms: number | null;
  readonly error: OperationError | null;
  /** What was measured while it held writes; absent if it held none. */
  readonly hand_over?: HandOver;
}

const now = sql<Date>`clock_timestamp()`;
/** Of a step that begins: it did not run, or only waited. */
const begins = sql`(status != 'running' OR waiting)`;

export const operationStore = (queries: Queries): OperationStore => ({
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

  async stepStarted({ operation, step }) {
    await stepsOf(queries, operation, step)
      .set({
        attempts: sql<number>`coalesce(attempts, 0) + 1`,
        // One that is tried again keeps its beginning, and what was said of the try before.
        started_at: sql<Date>`CASE WHEN ${begins} THEN clock_timestamp() ELSE started_at END`,
        detail: sql<string>`CASE WHEN ${begins} THEN NULL ELSE detail END`,
        seen: null,
        status: 'running',
        waiting: false,
        ended_at: null,
      })
      .execute();
  },

  async stepWaits({ operation, step, detail }) {
    await stepsOf(queries, operation, step)
      .set({ status: 'running', waiting: true, started_at: sql<Date>`coalesce(started_at, clock_timestamp())`, detail })
      .where((where) => where.or([where('status', '!=', 'running'), where('waiting', '=', true)]))
      .execute();
  },

  async stepDetail({ operation, step, detail, seen }) {
    await stepsOf(queries, operation, step)
      .set({ ...(detail !== undefined && { detail }), seen: seen ? JSON.stringify(seen) : null })
      .where('status', '=', 'running')
      .execute();
  },

  async stepEnded({ operation, step, status, detail = null }) {
    const undoing = status === 'undone' || status === 'undo_failed';
    await stepsOf(queries, operation, step)
      // A step's time is that of its forward action, and what it waited for is over once it is done.
      .set({
        status,
        waiting: false,
        seen: null,
        ...(undoing ? {} : { ended_at: now }),
        ...(status === 'done' ? { detail } : {}),
      })
      .where('status', '!=', status)
      .execute();
  },

  async endOperation({ id, status, stall_ms, error, hand_over }) {
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
        ...(hand_over && { hand_over: JSON.stringify(hand_over) }),
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

const stepsOf = (queries: Queries, operation: string, step: number) =>
  queries.updateTable('operation_steps').where('operation_id', '=', operation).where('index', '=', step);
