/**
 * The package entry `pgrow/client`: what another service needs to start operations and to follow them. What it exports is
 * public and changes by the rules of `docs/services.md`. It imports nothing that only pgrow's own programs need.
 */
export { connectToPgrow, type Pgrow, type StartableWorkflow } from './connect-to-pgrow.ts';
export { OperationFailed, type Operation, type StartedOperation } from './operation-handle.ts';
export type { Answer } from './send-message.ts';
export type { ClientOptions } from './temporal-calls.ts';
export { errorCatalogue, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
export { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
export type { OperationDocument, OperationStatus, OperationType, StepRecord, StepStatus } from '../domain/operation.ts';
export type { MessageEffect, Opened, Progress, RollbackRequest, Sender } from '../domain/messages.ts';
