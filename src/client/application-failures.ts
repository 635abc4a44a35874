import { ApplicationFailure } from '@temporalio/common';
import { errorCatalogue, PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';

/** Between failures as Temporal carries them and errors as callers see them. Usable inside workflows. */

export const isDocument = (details: unknown): details is OperationDocument =>
  typeof details === 'object' && details !== null && 'workflow_id' in details && 'steps' in details;

/** The error of the catalogue that a failure carries; null for none. */
export const errorOf = (failure: unknown): PgrowError | null => {
  if (!(failure instanceof ApplicationFailure) || !failure.type || !(failure.type in errorCatalogue)) return null;
  const [details] = failure.details ?? [];
  return new PgrowError(failure.type as ErrorCode, failure.message, {
    problems: Array.isArray(details) ? (details as Problem[]) : [],
  });
};

/** As `errorOf` reads it. */
export const failureFor = ({ code, message, problems }: PgrowError): ApplicationFailure =>
  ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [problems] });
