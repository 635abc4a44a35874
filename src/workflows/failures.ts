import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors.ts';
import type { OperationDocument, OperationError } from '../domain/operation.ts';

/** Between failures as Temporal carries them and errors as the catalogue knows them. */

export const cutOverDeadlineMissed = (database: string, seconds: number): ApplicationFailure =>
  failure('not_ready', `The cut-over of ${database} was not signalled within ${seconds} s.`);

export const windowDoesNotClose = (database: string, workflow: string): ApplicationFailure =>
  failure(
    'not_ready',
    `The rollback window of the last operation of ${database} does not close, so nothing was started. ` +
      `Temporal Web shows what it is doing and why it is stuck: ${workflow}.`,
  );

/** For a message that comes too late for an operation. */
export const refusal = (message: string): ApplicationFailure => failure('refused', message);

/** The failure in which an operation ends that is not done; its document comes with it. */
export const operationFailure = (document: OperationDocument): ApplicationFailure =>
  ApplicationFailure.create({
    type: document.status,
    message: `${document.type} of ${document.database} ended as ${document.status}: ${document.error?.message ?? ''}`,
    nonRetryable: true,
    details: [document],
  });

/** The document that came with an operation's failure; null if it never began. */
export const documentOf = (error: unknown): OperationDocument | null => {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  const document = cause instanceof ApplicationFailure ? (cause.details?.[0] as Partial<OperationDocument>) : null;
  return document?.steps ? (document as OperationDocument) : null;
};

/** What went wrong, for the record. */
export const toOperationError = (error: unknown, step: string | null): Omit<OperationError, 'left_over'> => {
  if (isCancellation(error)) return { code: 'aborted', message: 'The operation was aborted.', step };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal', message: cause.message, step };
  return { code: 'internal', message: cause instanceof Error ? cause.message : String(cause), step };
};

/** Whether an action past which nothing is undone reports that it has put everything back itself. */
export const hasHandedBack = (error: unknown): boolean => {
  const code = codeOf(error) as ErrorCode | null;
  return code === 'handed_back' || code === 'called_off';
};

/** Whether the operation has ended according to its record, so that a workflow which was reset must not act for it. */
export const hasEnded = (error: unknown): boolean => codeOf(error) === ('already_ended' satisfies ErrorCode);

/** Its code in the catalogue; null for what is none of it. */
export const codeOf = (error: unknown): string | null => {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
};

const failure = (type: ErrorCode, message: string) => ApplicationFailure.create({ type, message, nonRetryable: true });
