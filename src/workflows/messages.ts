import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OperationInput } from '../domain/inputs.ts';
import type { MessageEffect, Opened, Progress, RollbackRequest, Sender, WindowState } from '../domain/messages.ts';
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

type Payload = Sender & { readonly service_id?: string };

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

/** Workflows that others start as children: by these contracts, so that no file depends on the code of its children. */
export type CheckpointWorkflow = (input: RollbackWindow) => Promise<void>;
export type RollbackWorkflow = (input: OperationInput<'rollback'>) => Promise<OperationDocument>;
