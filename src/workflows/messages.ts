import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OperationInput } from '../domain/inputs.ts';
import {
  checkpointMessages,
  openedUpdateName,
  operationMessages,
  progressQuery,
  switchoverSignalName,
  type CheckpointMessage,
  type OperationMessage,
} from '../domain/temporal-names.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import type { Progress } from './steps/progress.ts';

/**
 * Messages to a running operation. Each is a signal, and an update that answers: at once, and with a refusal where it
 * comes too late. Handlers only set state; the operation acts on it.
 */
export const operationSignals = {
  cutover: defineSignal<[Sender?]>(operationMessages.cutover),
  abort: defineSignal<[Sender?]>(operationMessages.abort),
  confirm: defineSignal<[Sender?]>(operationMessages.confirm),
} as const;
export const operationUpdates = {
  cutover: defineUpdate<MessageEffect, [Sender?]>(operationMessages.cutover),
  abort: defineUpdate<MessageEffect, [Sender?]>(operationMessages.abort),
  confirm: defineUpdate<MessageEffect, [Sender?]>(operationMessages.confirm),
} as const satisfies Record<OperationMessage, unknown>;

/** Releases a cut-over. With the input of a switchover it requests one, and any other running operation ignores it. */
export const switchoverSignal = defineSignal<[Payload?]>(switchoverSignalName);
export const progress = defineQuery<Progress>(progressQuery);

/** For the caller that starts an operation: the plan it started with, or its refusal. */
export const openedUpdate = defineUpdate<Opened>(openedUpdateName);

/** What an operation begins with. */
export interface Opened {
  readonly operation_id: string;
  /** Names of the plan's steps, in order. */
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  /** Null if it was done earlier: it is not planned again. */
  readonly estimated_duration_minutes: number | null;
  /** Of the database once it is done, US dollars. */
  readonly estimated_monthly_cost: number;
}

/** Who sent the message, for the record. */
export interface Sender {
  readonly actor?: string;
}

type Payload = Sender & { readonly service_id?: string };

/** When a message takes effect. `when_ready`: it arrived early and takes effect as soon as possible. */
export interface MessageEffect {
  readonly takes_effect: 'now' | 'when_ready';
}

/** Messages to the checkpoint of the last operation. */
export const checkpointSignals = {
  confirm: defineSignal(checkpointMessages.confirm),
  rollback: defineSignal<[RollbackRequest?]>(checkpointMessages.rollback),
} as const;
export const checkpointUpdates = {
  confirm: defineUpdate<MessageEffect, [RollbackRequest?]>(checkpointMessages.confirm),
  rollback: defineUpdate<MessageEffect, [RollbackRequest?]>(checkpointMessages.rollback),
} as const satisfies Record<CheckpointMessage, unknown>;
export const checkpointQuery = defineQuery<WindowState>('checkpoint');

export interface WindowState {
  readonly checkpoint: string;
  readonly open: boolean;
  /** When it closes by itself, ISO 8601; null if only `confirm` or the next operation closes it. */
  readonly until: string | null;
  /** Why the stage is not being watched; null while it is. */
  readonly not_watched: string | null;
}

/** Who requests a rollback, and the id it runs under. */
export interface RollbackRequest {
  readonly operation_id?: string;
  readonly actor?: string;
  /** The evidence, if pgrow requests it by itself. */
  readonly reason?: string;
  /** Of the plan that was agreed to. */
  readonly plan_digest?: string;
  readonly options?: OperationInput<'rollback'>['options'];
}

/** Workflows that others start as children: by these contracts, so that no file depends on the code of its children. */
export type CheckpointWorkflow = (input: RollbackWindow) => Promise<void>;
export type RollbackWorkflow = (input: OperationInput<'rollback'>) => Promise<OperationDocument>;
