import { WorkflowUpdateFailedError, type Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import { operationMessages, type OperationMessage } from '../domain/temporal-names.ts';
import type { MessageEffect, Sender } from '../workflows/messages.ts';
import { isUnanswered } from './temporal-errors.ts';

/** What became of a message. `when_a_worker_runs`: it waits in Temporal until a worker asks for work. */
export interface Answer {
  readonly takes_effect: MessageEffect['takes_effect'] | 'when_a_worker_runs';
}

/** A worker answers in a fraction of it. */
const answerWithinMs = 3000;

/**
 * As an update, which is answered; as a signal, which waits, where no worker answers.
 * @throws PgrowError `refused`: it comes too late, or nothing runs
 */
export const sendMessage = async (
  connection: Connection,
  handle: WorkflowHandle,
  message: OperationMessage,
  sender: Sender,
): Promise<Answer> => {
  try {
    return await connection.withDeadline(Date.now() + answerWithinMs, () =>
      handle.executeUpdate<MessageEffect, [Sender]>(operationMessages[message], { args: [sender] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw nothingRuns(message);
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error, message);
    if (!isUnanswered(error)) throw error;
  }
  try {
    await handle.signal(operationMessages[message], sender);
    return { takes_effect: 'when_a_worker_runs' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw nothingRuns(message);
    throw error;
  }
};

const nothingRuns = (message: OperationMessage) =>
  new PgrowError('refused', `Cannot ${message}: no operation is running.`);

/** An operation that ended meanwhile has not received it. */
const refusalOf = ({ cause, message }: WorkflowUpdateFailedError, sent: OperationMessage): PgrowError =>
  cause instanceof ApplicationFailure && cause.type === 'refused'
    ? new PgrowError('refused', cause.message)
    : new PgrowError('refused', `The operation rejected ${sent}: ${cause?.message ?? message}`);
