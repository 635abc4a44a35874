import { isGrpcServiceError, ServiceError, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { errorCatalogue, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';

/** gRPC's UNAVAILABLE and DEADLINE_EXCEEDED: https://grpc.io/docs/guides/status-codes/ */
const awayStatuses = [14, 4];

/** Turns what the Temporal client throws into an error of the catalogue. */
export const toClientError = (error: unknown, address: string): PgrowError => {
  if (error instanceof PgrowError) return error;
  const cause = error instanceof ServiceError ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const away = isGrpcServiceError(cause)
    ? awayStatuses.includes(cause.code)
    : /failed to connect|ECONNREFUSED|ENOTFOUND|deadline/i.test(message);
  return away
    ? new PgrowError(
        'temporal_unavailable',
        `Temporal at ${address} does not answer (${message}). Check that it runs.`,
        { cause: error },
      )
    : new PgrowError('internal', `Temporal refused a call: ${message}`, { cause: error });
};

/** What a workflow that failed has to say: its operation's document, or the error that kept it from beginning. */
export const failureOf = (error: WorkflowFailedError): OperationDocument | PgrowError => {
  const failure = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
  if (!(failure instanceof ApplicationFailure)) {
    return new PgrowError('internal', `The operation's workflow ended: ${failure?.message ?? error.message}`);
  }
  const [details] = failure.details ?? [];
  if (isDocument(details)) return details;
  const code: ErrorCode = failure.type && failure.type in errorCatalogue ? (failure.type as ErrorCode) : 'internal';
  return new PgrowError(code, failure.message, { problems: Array.isArray(details) ? (details as Problem[]) : [] });
};

const isDocument = (details: unknown): details is OperationDocument =>
  typeof details === 'object' && details !== null && 'workflow_id' in details && 'steps' in details;
