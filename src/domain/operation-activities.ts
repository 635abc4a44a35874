import type { AbandonedOperation } from './abandoned-operation.ts';
import type { OperationWorkflow } from './inputs.ts';
import type { OperationDocument, OperationError, OperationStatus } from './operation.ts';
import type { Plan } from './plan.ts';
import type { Verification, VerifySnapshot } from './snapshot.ts';

/** What an operation does around the steps of its plan. Each is an activity; each is idempotent. */
export interface OperationActivities {
  /**
   * Validates, plans and records; refuses with an error of the catalogue before anything is touched. Returns what was
   * cut off before, if any: that has to be undone first. One that is done already returns its document.
   */
  openOperation(
    call: OpenOperation,
  ): Promise<OpenedOperation | { readonly cut_off: AbandonedOperation } | { readonly done: OperationDocument }>;
  /** What an operation before has left, whose workflow was ended from outside; for the holder of the database's lock. */
  findCutOff(call: { readonly database: string }): Promise<AbandonedOperation | null>;
  /** Says what a step waits for while no activity of it runs: it has not begun. */
  noteStep(call: { readonly operation: string; readonly step: number; readonly detail: string }): Promise<void>;
  /** Marks a step as done that the workflow has performed itself. */
  noteStepDone(call: { readonly operation: string; readonly step: number }): Promise<void>;
  /** Records who has let a cut-over go ahead that waited for it. */
  noteRelease(call: { readonly operation: string; readonly database: string; readonly actor: string }): Promise<void>;
  /** Whether, by its record, an operation has passed its point of no return. */
  readStanding(call: { readonly operation: string }): Promise<{ readonly past_return: boolean }>;
  /** Removes whatever carries the operation's label; returns what would not go. */
  sweepOperation(call: { readonly operation: string; readonly database: string }): Promise<readonly LeftOver[]>;
  /** Records how it ended; a checkpoint's window begins when the operation is done. */
  endOperation(call: EndOperation): Promise<OperationDocument>;
  /**
   * Until the checkpoint that was open before this operation has been closed, or `limit_seconds` are over. Shows at the
   * step of the operation that waits what it waits for.
   */
  waitUntilCheckpointClosed(call: ClosingWait): Promise<{ readonly closed: boolean }>;
  /** Marks it closed and its snapshot as no longer needed by it. */
  closeCheckpoint(call: { readonly checkpoint: string; readonly database: string }): Promise<void>;
  /** Reads a snapshot through and records what was found. */
  verifySnapshot(call: VerifySnapshot): Promise<Verification>;
  /** Until the database has taken no writes for a while; ends otherwise only when it is called off. */
  watchHealth(call: { readonly database: string }): Promise<{ readonly reason: string }>;
}

export interface OpenOperation {
  readonly workflow: OperationWorkflow;
  /** As the caller gave it; parsed by the activity. */
  readonly input: unknown;
  readonly operation: string;
  readonly workflow_id: string;
  readonly run_id: string;
}

export interface OpenedOperation {
  readonly plan: Plan;
  readonly database: { readonly id: string; readonly name: string };
  /** The checkpoint of this operation; null if nothing has to be reversible. */
  readonly checkpoint: { readonly id: string; readonly timeout_seconds: number } | null;
  /** The checkpoint of the operation before, still open. */
  readonly previous_checkpoint: { readonly id: string; readonly on_close: Plan['on_close'] } | null;
  /** What this operation continues with: an earlier one that did not finish. Absent if it starts from the beginning. */
  readonly resumed?: { readonly operation: string; readonly done: readonly number[] };
  readonly cutover: 'automatic' | 'on_signal';
  /** Seconds a prepared cut-over waits for its signal. */
  readonly cutover_deadline_seconds: number;
  /** Seconds without progress after which a step gives up. */
  readonly patience_seconds: number;
}

export interface ClosingWait {
  readonly checkpoint: string;
  /** Service id. */
  readonly database: string;
  readonly operation?: string;
  readonly step?: number;
  /** No limit where it is absent. */
  readonly limit_seconds?: number;
}

export interface EndOperation {
  readonly operation: string;
  readonly database: string;
  readonly status: Exclude<OperationStatus, 'running'>;
  readonly stall_ms: number | null;
  readonly error: OperationError | null;
  /** End of the rollback window that begins with it, ISO 8601; absent if none does. */
  readonly window_until?: string;
}

export type LeftOver = OperationError['left_over'][number];
