import type { ActivityCall } from './step-actions.ts';
import type { Checkpoint, OperationDocument } from './operation.ts';
import type { Plan } from './plan.ts';
import type { Stage } from './stage.ts';

/** What the workflow of a rollback window works with: its input. */
export interface RollbackWindow {
  readonly checkpoint: string;
  /** Service id. */
  readonly database: string;
  /** Counted from its start, where `until` is absent: windows that were opened before there was one. */
  readonly timeout_seconds: number;
  /** When it closes by itself, ISO 8601; null: only on request. */
  readonly until?: string | null;
  /** What a rollback leads back to; absent from windows that were opened before it was recorded. */
  readonly before?: RollbackTarget;
  /** What was kept for a rollback and goes when the window closes. */
  readonly on_close: readonly ActivityCall[];
}

/** What a rollback leads back to, as shown in Temporal Web. */
export interface RollbackTarget {
  /** Of the database. */
  readonly name: string;
  readonly stage: Stage;
}

interface Record {
  readonly checkpoint: Checkpoint | null;
  /** Of the operation whose checkpoint it is. */
  readonly plan: Plan | null;
  readonly name: string;
  /** Of the database, newest first. */
  readonly operations: readonly Pick<OperationDocument, 'id' | 'service_id' | 'type' | 'status'>[];
  /** Whether the last of them did not finish past its point of no return: what the window keeps may be the primary. */
  readonly unfinished: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** So long a window that is restarted after its time stays open: its watch looks at the stage before anything goes. */
const reopenedForMs = 600_000;

/**
 * The window as it is on record, for when its workflow is gone: terminated, or lost with Temporal's database. Null if
 * none is open, or an operation has the say.
 */
export const windowOnRecord = ({
  checkpoint,
  plan,
  name,
  operations,
  unfinished,
  now,
}: Record): RollbackWindow | null => {
  const index = operations.findIndex(({ id }) => id === checkpoint?.operation_id);
  const done = operations[index];
  if (checkpoint?.status !== 'open' || !plan || done?.status !== 'done' || unfinished) return null;
  const later = operations.slice(0, index);
  if (later.some(({ status }) => status === 'running')) return null;
  const end = Date.parse(checkpoint.rollback_available_until);
  // After a rollback that was undone, what is kept may be all there is: it goes only when an operator says so.
  const held = later.some(({ type }) => type === 'rollback');
  return {
    checkpoint: checkpoint.id,
    database: done.service_id,
    timeout_seconds: Math.max(0, Math.ceil((end - Date.parse(checkpoint.timestamp)) / 1000)),
    until: held ? null : new Date(end > now ? end : now + reopenedForMs).toISOString(),
    ...(plan.from && { before: { name, stage: plan.from.stage } }),
    on_close: plan.on_close,
  };
};
