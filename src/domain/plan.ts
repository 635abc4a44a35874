import type { ActionCall, ActivityCall } from './step-actions.ts';
import type { ChangeItem } from './change.ts';
import type { Cost } from './cost.ts';
import type { ErrorCode } from './errors.ts';
import type { OperationWorkflow } from './inputs.ts';
import type { ClosesWindow, OperationType } from './operation.ts';
import type { Topology } from './topology.ts';

/** A step of a plan: a forward action and its compensations. */
export interface Step {
  readonly name: string;
  readonly phase: string;
  readonly run: ActionCall;
  /** Registered before `run` begins, so it tolerates that `run` never happened. In the order of undoing. */
  readonly undo: readonly ActivityCall[];
  /** After this step nothing is undone. */
  readonly point_of_no_return?: true;
  /** With `cutover: on_signal`, waits for the `cutover` message before it runs. */
  readonly waits_for_signal?: true;
  /** Prepares something that can be undone and meets nothing that an open rollback window keeps. */
  readonly spares_window?: true;
}

/**
 * In which order steps run: a step by its index; lanes that run in parallel; or a unit that is undone and tried again
 * with fresh volumes, slots and tokens.
 */
export type Block =
  | { readonly step: number }
  | { readonly lanes: readonly (readonly Block[])[] }
  | {
      readonly attempts: number;
      /** Only this error is tried again; any where none is named. */
      readonly after?: ErrorCode;
      readonly blocks: readonly Block[];
    };

/** The request that a plan was made for, without the fields that do not change it: caller, ids, patience. */
export interface RecordedRequest {
  readonly workflow: OperationWorkflow;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Before it is known what it costs. */
export type UnpricedPlan = Omit<Plan, 'cost_before' | 'cost_after'>;

/** Computed before anything is touched. The plan shown is the plan run. */
export interface Plan {
  readonly type: OperationType;
  readonly from: Topology | null;
  readonly to: Topology | null;
  readonly steps: readonly Step[];
  readonly order: readonly Block[];
  /** What closing the checkpoint removes: what was kept for a rollback. */
  readonly on_close: readonly ActivityCall[];
  /** Milliseconds. */
  readonly expected_stall_ms: number;
  readonly point_of_no_return: string | null;
  /**
   * The rollback window that is open now closes before the first step that acts, so that an operation which is refused
   * or fails before costs no way back. Null or absent if none is open, or none is closed.
   */
  readonly closes_window?: ClosesWindow | null;
  /** What a change or a rotation makes different, each with how it takes effect. Absent from the plans of other operations. */
  readonly changes?: readonly ChangeItem[];
  readonly warnings: readonly string[];
  /** What is lost for good: the operation begins only when that has been confirmed. Absent: nothing is. */
  readonly losses?: readonly string[];
  readonly nodes_added: readonly string[];
  readonly nodes_removed: readonly string[];
  readonly cost_before: Cost;
  readonly cost_after: Cost;
  readonly estimated_duration_minutes: number;
  readonly snapshot: { readonly id: string; readonly volume: string } | null;
  /** Addresses given to nodes by then, this plan's included; absent if it gives none. */
  readonly addresses_given?: number;
  /** Why pgrow began it by itself, with its evidence; absent if it was requested. */
  readonly reason?: string;
  /** The same request resumes it if it stopped half-way. */
  readonly asked?: RecordedRequest;
}
