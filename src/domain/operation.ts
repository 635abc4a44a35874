import type { Cost } from './cost.ts';
import type { Stage } from './stage.ts';

export const operationTypes = [
  'create',
  'expand',
  'scale_down',
  'set_replicas',
  'set_pooling',
  'switchover',
  'failover',
  'reinitialize',
  'repair',
  'rotate_credentials',
  'rollback',
  'stop',
  'start',
  'restore',
  'destroy',
] as const;
export type OperationType = (typeof operationTypes)[number];

export const operationStatuses = ['running', 'done', 'rolled_back', 'failed', 'aborted', 'needs_operator'] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export const stepStatuses = ['pending', 'running', 'done', 'failed', 'undone', 'undo_failed'] as const;
export type StepStatus = (typeof stepStatuses)[number];

export interface StepRecord {
  readonly name: string;
  readonly phase: string;
  readonly status: StepStatus;
  /** ISO 8601, of its last attempt; null until it has begun. */
  readonly started_at: string | null;
  readonly duration_ms: number | null;
  /** What it waits for or how far it is: "312 of 755 MB copied". Of one that is done: what it left as it was (`remarks.ts`). */
  readonly detail: string | null;
  /** True where it has not begun, because it waits for something that `detail` names. */
  readonly waiting?: boolean;
}

/** The step at which an operation closes the rollback window of the operation before. */
export interface ClosesWindow {
  /** Type of the operation whose window it is. */
  readonly of: string;
  /** Index of the step. */
  readonly step: number;
}

/** "What scripts can rely on". */
export interface OperationDocument {
  readonly id: string;
  readonly workflow_id: string;
  readonly run_id: string | null;
  readonly type: OperationType;
  readonly database: string;
  readonly service_id: string;
  readonly from_stage: Stage | null;
  readonly to_stage: Stage | null;
  readonly status: OperationStatus;
  /** Who asked for it; `pgrow` where it began by itself. */
  readonly actor: string;
  /** Why it began by itself, with the evidence; null if it was requested. */
  readonly reason: string | null;
  readonly steps: readonly StepRecord[];
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  readonly expected_stall_ms: number;
  /** Longest time pgrow held or cut off writes; null if it did neither. */
  readonly stall_ms: number | null;
  /** What it needs before it continues: a message, a grace period, a worker. Null while it gets on by itself. */
  readonly waiting_for: string | null;
  /** The rollback window that it closes, and at which step; null for none. */
  readonly closes_window: ClosesWindow | null;
  /** Name of the step after which nothing is undone; null if everything can be. */
  readonly point_of_no_return: string | null;
  readonly nodes_added: readonly string[];
  readonly nodes_removed: readonly string[];
  readonly cost_before: Cost;
  readonly cost_after: Cost;
  /** Those of its plan, then what it left as it was: a node that could not be started, for example. */
  readonly warnings: readonly string[];
  readonly checkpoint: Checkpoint | null;
  readonly error: OperationError | null;
}

export interface OperationError {
  readonly code: string;
  readonly message: string;
  /** The step that failed; null when none had begun. */
  readonly step: string | null;
  /** What a rollback could not remove, each with the command that finishes it. */
  readonly left_over: readonly { readonly what: string; readonly command: string }[];
}

/** What makes an expansion reversible. */
export interface Checkpoint {
  readonly id: string;
  readonly operation_id: string;
  readonly stage: Stage;
  readonly timestamp: string;
  readonly snapshot_id: string | null;
  readonly services_created: readonly { readonly service_id: string; readonly type: string }[];
  readonly config_changes: readonly Readonly<Record<string, unknown>>[];
  readonly health_check_endpoint: string;
  readonly rollback_available_until: string;
  readonly status: 'open' | 'closed';
}

/**
 * Whether an operation ended after its point of no return without recording what it had made; or right before it with
 * nothing undone, because it is unknown whether it was reached.
 */
export const isPastReturn = ({
  status,
  steps,
  point_of_no_return,
}: Pick<OperationDocument, 'status' | 'steps' | 'point_of_no_return'>): boolean => {
  if (status === 'done' || status === 'rolled_back' || status === 'aborted') return false;
  const index = steps.findIndex(({ name }) => name === point_of_no_return);
  const step = steps[index];
  const before = steps.slice(0, index);
  // Past it nothing before it is ever undone: a hand-over was called off, and something would not go.
  if (!step || [...before, step].some(({ status: each }) => each === 'undone' || each === 'undo_failed')) return false;
  if (step.status !== 'pending' && !step.waiting) return true;
  return status === 'needs_operator' && before.length > 0 && before.every((earlier) => earlier.status === 'done');
};

/**
 * Whether a step past which nothing is undone has done its work, by the record. One that failed may have undone it itself.
 */
export const hasPassedReturn = (
  { steps }: Pick<OperationDocument, 'steps'>,
  plan: { readonly steps: readonly { readonly point_of_no_return?: true }[] },
): boolean =>
  plan.steps.some(({ point_of_no_return }, index) => point_of_no_return === true && steps[index]?.status === 'done');

/** What an operation waits for, of those that have a record. */
export const waitingFor = (steps: readonly Pick<StepRecord, 'status' | 'waiting' | 'detail'>[]): string | null =>
  steps.find(({ status, waiting }) => status === 'running' && waiting)?.detail ?? null;
