import type { ChangeItem } from './change.ts';
import type { Cost } from './cost.ts';
import type { cutoverModes } from './options.ts';
import type { Stage } from './stage.ts';

export const operationTypes = [
  'create',
  'expand',
  'scale_down',
  'set_replicas',
  'set_pooling',
  'change',
  'switchover',
  'failover',
  'reinitialize',
  'repair',
  'snapshot',
  'rotate',
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

/** How far a step is, where it knows it. `done` never shrinks while one thing is measured. */
export interface StepProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: ProgressUnit;
}

export const progressUnits = ['bytes', 'tables'] as const;
export type ProgressUnit = (typeof progressUnits)[number];

/** `cutover`, `grace`: until a message or the time is over; the step has not begun. `condition`: until something is as it should be. */
export const waitKinds = ['cutover', 'grace', 'condition'] as const;

/** What a step waits for. */
export interface StepWait {
  readonly kind: (typeof waitKinds)[number];
  /** ISO 8601. */
  readonly since: string;
  /** When it is over by itself, ISO 8601; null where nothing says so. */
  readonly until: string | null;
  readonly says: string;
}

/** Where a step runs beside others: steps of different lanes of one group run at the same time. */
export interface Lane {
  /** Of its operation, from 0. */
  readonly group: number;
  /** Of its group, from 0. */
  readonly number: number;
}

export interface StepRecord {
  /** In the operation, from 0. */
  readonly index: number;
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
  /** How often it was begun; null where that was not recorded, as are the next ones of earlier operations. */
  readonly attempt: number | null;
  /** ISO 8601, of its last attempt; null until that has ended. */
  readonly ended_at: string | null;
  /** Null where it does not know. */
  readonly progress: StepProgress | null;
  readonly waiting_for: StepWait | null;
  /** What is being done to help it; null while it gets on by itself. */
  readonly remedy: string | null;
  /** Whether nothing is undone once it has begun. */
  readonly cut_over: boolean;
  /** Whether a cut-over `on_signal` waits before it. */
  readonly waits_for_signal: boolean;
  /** Null where it runs alone. */
  readonly lane: Lane | null;
}

/** The step at which an operation closes the rollback window of the operation before. */
export interface ClosesWindow {
  /** Type of the operation whose window it is. */
  readonly of: string;
  /** Index of the step. */
  readonly step: number;
}

/** How to ask for the same once more. */
export interface RequestAgain {
  readonly method: 'POST' | 'DELETE';
  /** Path, with the query that it needs. */
  readonly route: string;
  /** Null where there is none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** When clients of its database waited in a hand-over. Milliseconds after the hold began; null where it does not apply. */
export interface HandOver {
  /** ISO 8601. */
  readonly held_at: string;
  /** The old primary has stopped. */
  readonly stopped_ms: number | null;
  /** The successor was shown to have everything. */
  readonly proven_ms: number | null;
  /** The successor takes writes. */
  readonly promoted_ms: number | null;
  /** Every router leads to it. */
  readonly routed_ms: number | null;
  /** A write through every route has succeeded. */
  readonly probed_ms: number | null;
  /** The last client was let go. */
  readonly resumed_ms: number | null;
  /** Most clients that waited on each pooler; null where that was not seen. */
  readonly poolers: readonly { readonly name: string; readonly waiting_max: number | null }[];
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
  /** What a change makes different, each with how it takes effect; none of other operations. */
  readonly changes: readonly ChangeItem[];
  /** Those of its plan, then what it left as it was: a node that could not be started, for example. */
  readonly warnings: readonly string[];
  readonly checkpoint: Checkpoint | null;
  readonly error: OperationError | null;
  /** Index of the step it has come to; null before there is one, and after its end. */
  readonly current: number | null;
  /** Milliseconds, as its plan has it; null where there is none. */
  readonly estimated_duration_ms: number | null;
  /** Null where it is not known, or cannot be asked for. */
  readonly request: RequestAgain | null;
  /** Whether `abort` would be heard now; if not, why. */
  readonly abortable: { readonly now: boolean; readonly reason: string | null };
  /** Null if it has no cut-over that could wait, or its options were not recorded. */
  readonly cut_over: {
    readonly mode: (typeof cutoverModes)[number];
    /** Until when a cut-over that waits may be released, ISO 8601; null while none waits. */
    readonly deadline: string | null;
  } | null;
  /** Null if it held no writes, or that was not measured. */
  readonly hand_over: HandOver | null;
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
