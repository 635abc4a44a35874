import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { PgrowError } from '../domain/errors.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { progressQuery, type OperationMessage } from '../domain/temporal-names.ts';
import type { Opened, Progress, Sender } from '../domain/messages.ts';
import { readEnd } from './operation-run.ts';
import { sendMessage, type Answer } from './send-message.ts';
import type { TemporalCalls } from './temporal-calls.ts';
import { failureOf } from './temporal-errors.ts';

/** An operation that has begun and is not done: undone, aborted, or waiting for an operator. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';
  /** Its `status` says how it ended, its `error` why, its `steps` how far it came. */
  readonly operation: OperationDocument;

  constructor(operation: OperationDocument) {
    const { type, database, status, error } = operation;
    super(`${type} of ${database} ended as ${status}: ${error?.message ?? 'without a reason'}`);
    this.operation = operation;
  }
}

interface Ids {
  readonly service_id: string;
  /** Null if the caller let the workflow make one. */
  readonly operation_id: string | null;
  readonly workflow_id: string;
  readonly run_id: string;
}

/** One run of an operation. */
export interface Operation extends Ids {
  /** Every step with its status, by query: it needs a worker that answers. */
  progress(): Promise<Progress>;
  /**
   * The progress each time it has changed, until the operation ends; it waits while Temporal or the workers are away.
   * `everyMs`: how often it is read (default 1000).
   */
  follow(options?: { readonly everyMs?: number }): AsyncIterable<Progress>;
  /** Starts the cut-over that it holds back (`cutover: on_signal`). @throws PgrowError `refused` when it comes too late */
  cutover(sender?: Sender): Promise<Answer>;
  /** Undoes everything done so far. @throws PgrowError `refused` when it comes too late */
  abort(sender?: Sender): Promise<Answer>;
  /** Cuts its grace period short. @throws PgrowError `refused` when it is in none */
  confirm(sender?: Sender): Promise<Answer>;
  /**
   * Waits until it is done.
   * @throws OperationFailed when it ends in another way; PgrowError what kept it from beginning
   */
  result(): Promise<OperationDocument>;
}

export interface StartedOperation extends Operation {
  /** What it begins with; null if no worker has answered yet: it is accepted then, and waits for one. */
  readonly opened: Opened | null;
}

const followEveryMs = 1000;

export const operationHandle = ({ connection, client, call, briefly }: TemporalCalls, ids: Ids): Operation => {
  const { workflow_id, run_id } = ids;
  const handle = client.workflow.getHandle(workflow_id, run_id);
  const tell =
    (message: OperationMessage) =>
    (payload: Sender = {}) =>
      briefly(() => sendMessage(connection, handle, { message, payload, absent: 'this operation is not running' }));
  const progress = () => briefly(() => handle.query<Progress>(progressQuery));
  const hasEnded = async () => (await briefly(() => readEnd(handle))) !== null;
  return {
    ...ids,
    progress,
    async *follow({ everyMs = followEveryMs } = {}) {
      let last: string | null = null;
      for (let ended = false; !ended;) {
        ended = await hasEnded().catch(away);
        const present = await progress().catch(unanswered);
        const text = JSON.stringify(present);
        if (present !== null && text !== last) {
          yield present;
          last = text;
        }
        if (!ended) await delay(everyMs);
      }
    },
    cutover: tell('cutover'),
    abort: tell('abort'),
    confirm: tell('confirm'),
    result: () =>
      call(async () => {
        const document = await handle.result().catch((error: unknown) => {
          if (error instanceof WorkflowFailedError) return failureOf(error);
          throw error;
        });
        if (document instanceof PgrowError) throw document;
        return document as OperationDocument;
      }).then((document) => {
        if (document.status === 'done') return document;
        throw new OperationFailed(document);
      }),
  };
};

/** While Temporal is away it is not known whether the operation has ended. */
const away = (error: unknown): false => {
  if (error instanceof PgrowError && error.code === 'temporal_unavailable') return false;
  throw error;
};

/** While no worker runs there is no progress to see, and the operation continues once one does. */
const unanswered = (error: unknown): null => {
  if (error instanceof PgrowError && error.retryable) return null;
  throw error;
};
