import { sql } from 'kysely';
import type { StepStatus } from '../domain/operation.ts';
import type { StepSeen } from '../domain/step-record.ts';
import type { Queries } from './connection.ts';

export interface StepStore {
  /** Takes the step's index in the plan, as do the others. Idempotent. */
  stepStarted(step: StepOfOperation): Promise<void>;
  /** The step is next, but has not begun: it waits for what `detail` names. */
  stepWaits(step: StepOfOperation & { readonly detail: string }): Promise<void>;
  /** What the step waits for or how far it is; nothing once the step has ended. The text stays where none is given. */
  stepDetail(step: StepOfOperation & { readonly detail?: string; readonly seen?: StepSeen }): Promise<void>;
  stepEnded(step: EndedStep): Promise<void>;
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

const now = sql<Date>`clock_timestamp()`;
/** Of a step that begins: it did not run, or only waited. */
const begins = sql`(status != 'running' OR waiting)`;

export const stepStore = (queries: Queries): StepStore => ({
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
});

const stepsOf = (queries: Queries, operation: string, step: number) =>
  queries.updateTable('operation_steps').where('operation_id', '=', operation).where('index', '=', step);
