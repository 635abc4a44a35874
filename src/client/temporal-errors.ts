import {
  isGrpcServiceError,
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, NamespaceNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { errorOf, isDocument } from './application-failures.ts';

/** https://grpc.io/docs/guides/status-codes/ */
export const statuses = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  alreadyExists: 6,
  permissionDenied: 7,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
};
const awayStatuses = [statuses.unavailable, statuses.deadlineExceeded];
const refusedStatuses = [statuses.permissionDenied, statuses.unauthenticated];

/** Turns what the Temporal client throws into an error of the catalogue. */
export const toClientError = (error: unknown, { address, namespace }: Asked): PgrowError => {
  if (error instanceof PgrowError) return error;
  const cause = error instanceof ServiceError ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const status = isGrpcServiceError(cause) ? cause.code : null;
  if (cause instanceof NamespaceNotFoundError) {
    return new PgrowError(
      'invalid_input',
      `Temporal at ${address} has no namespace ${namespace}. Create it there, or set TEMPORAL_NAMESPACE to one that it has.`,
    );
  }
  if (status !== null && refusedStatuses.includes(status)) {
    return new PgrowError(
      'invalid_input',
      `Temporal at ${address} refuses pgrow in namespace ${namespace} (${message}). Check TEMPORAL_API_KEY and TEMPORAL_TLS_….`,
    );
  }
  const away =
    status === null
      ? /failed to connect|ECONNREFUSED|ENOTFOUND|deadline/i.test(message)
      : awayStatuses.includes(status);
  return away
    ? new PgrowError(
        'temporal_unavailable',
        `Temporal at ${address} does not answer (${message}). Check that it runs.`,
        { cause: error },
      )
    : new PgrowError('internal', `Temporal refused a call: ${message}`, { cause: error });
};

interface Asked {
  readonly address: string;
  readonly namespace: string;
}

/**
 * Whether an update has met no worker that answers: none runs, or the one that took the last task has frozen or died over
 * it. Temporal takes no update then.
 */
export const isUnanswered = (error: unknown): boolean => {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && cause.code === statuses.failedPrecondition;
};

/** As the server says it: "Namespace shop has no mapping defined for search attribute PgrowDatabase". */
export const isUnknownAttribute = (error: unknown): boolean => {
  const cause = error instanceof ServiceError ? error.cause : error;
  return (
    isGrpcServiceError(cause) &&
    cause.code === statuses.invalidArgument &&
    /search attribute/i.test(`${cause.message} ${(error as Error).message}`)
  );
};

/** What a workflow that failed has to say: its operation's document, or the error that kept it from beginning. */
export const failureOf = (error: WorkflowFailedError): OperationDocument | PgrowError => {
  const failure = causeOf(error);
  if (!(failure instanceof ApplicationFailure)) {
    return new PgrowError('internal', `The operation's workflow ended: ${failure?.message ?? error.message}`);
  }
  const [details] = failure.details ?? [];
  if (isDocument(details)) return details;
  return refusalIn(error) ?? new PgrowError('internal', failure.message);
};

/** What kept an operation from beginning; null if it failed with something else. */
export const refusalIn = (error: Failed): PgrowError | null => errorOf(causeOf(error));

/** A workflow or an update. */
type Failed = Pick<WorkflowFailedError, 'cause'>;

const causeOf = ({ cause }: Failed) => (cause instanceof ActivityFailure ? cause.cause : cause);
