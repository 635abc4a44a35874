import { WorkflowUpdateFailedError, type Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import type { CheckpointMessage, OperationMessage } from '../domain/temporal-names.ts';
import type { MessageEffect, RollbackRequest, Sender } from '../domain/messages.ts';
import { isUnanswered } from './temporal-errors.ts';

/** What became of a message. `when_a_worker_runs`: it waits in Temporal until a worker asks for work. */
export interface Answer {
  readonly takes_effect: MessageEffect['takes_effect'] | 'when_a_worker_runs';
}

/** A worker answers in a fraction of it. */
const answerWithinMs = 3000;

interface Message {
  readonly message: OperationMessage | CheckpointMessage;
  readonly payload: Sender | RollbackRequest;
  /** What a refusal says where the workflow does not run. */
  readonly absent: string;
}

/**
 * As an update, which is answered; as a signal, which waits, where no worker answers.
 * @throws PgrowError `refused`: it comes too late, or nothing runs
 */
export const sendMessage = async (
  connection: Connection,
  handle: WorkflowHandle,
  { message, payload, absent }: Message,
): Promise<Answer> => {
  const nothingRuns = () => new PgrowError('refused', `Cannot ${message}: ${absent}.`);
  try {
    return await connection.withDeadline(Date.now() + answerWithinMs, () =>
      handle.executeUpdate<MessageEffect, [Sender | RollbackRequest]>(message, { args: [payload] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw nothingRuns();
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error, message);
    if (!isUnanswered(error)) throw error;
  }
  try {
    await handle.signal(message, payload);
    return { takes_effect: 'when_a_worker_runs' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw nothingRuns();
    throw error;
  }
};

/** An operation that ended meanwhile has not received it. */
const refusalOf = ({ cause, message }: WorkflowUpdateFailedError, sent: string): PgrowError =>
  cause instanceof ApplicationFailure && cause.type === 'refused'
    ? new PgrowError('refused', cause.message)
    : new PgrowError('refused', `The operation rejected ${sent}: ${cause?.message ?? message}`);
