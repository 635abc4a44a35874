import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ActivityCall } from '../domain/step-actions.ts';
import { checkpointWorkflowId } from '../domain/naming.ts';
import type { OpenedOperation } from '../domain/operation-activities.ts';
import type { Stage } from '../domain/stage.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import { operationActivities, perform } from './activities.ts';
import { windowDoesNotClose } from './failures.ts';
import { checkpointSignals, type CheckpointWorkflow } from './messages.ts';
import { childAttributes } from './search-attributes.ts';

/**
 * Starts the window in which a finished operation can be rolled back. It outlives the operation's workflow.
 * `until`: when it closes by itself, ISO 8601.
 */
export const startRollbackWindow = async (
  { checkpoint: opened, database, plan }: OpenedOperation,
  until: string,
): Promise<void> => {
  if (!opened) return;
  const input: RollbackWindow = {
    checkpoint: opened.id,
    database: database.id,
    timeout_seconds: opened.timeout_seconds,
    until,
    on_close: plan.on_close,
    ...(plan.from && { before: { name: database.name, stage: plan.from.stage } }),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startWindow(input, database.name, plan.to?.stage ?? null);
    } catch (error) {
      // A rollback that another service started itself has used that window up: it has nothing left to close.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError) || attempt === attemptsAtStart) throw error;
      await endWindow(database.id);
      await sleep(betweenStartsMs, { summary: 'until the previous window has ended' });
    }
  }
};

const attemptsAtStart = 30;
const betweenStartsMs = 1000;

const startWindow = async (input: RollbackWindow, name: string, stage: Stage | null): Promise<void> => {
  await startChild<CheckpointWorkflow>('checkpoint', {
    workflowId: checkpointWorkflowId(input.database),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [input],
    typedSearchAttributes: childAttributes(null, stage),
    staticSummary: `rollback window of ${name}`,
  });
};

/** Seconds after which the request to close a window is repeated, because its workflow may have ended in the meantime. */
const repeatedAfter = 20;

/**
 * Closes the window of the previous operation and waits until it is closed, at most as long as a step of this operation
 * waits for anything.
 */
export const closePreviousWindow = async (
  { previous_checkpoint: previous, database, patience_seconds }: OpenedOperation,
  /** The operation that waits, and for which of its steps. */
  waiting: { readonly operation: string; readonly step: number },
): Promise<void> => {
  if (!previous) return;
  const deadline = Date.now() + patience_seconds * 1000;
  const waitedFor = { checkpoint: previous.id, database: database.id };
  for (;;) {
    try {
      await getExternalWorkflowHandle(checkpointWorkflowId(database.id)).signal(checkpointSignals.confirm);
    } catch {
      // Its workflow has already ended, or never started because the operation died first.
      await closeWindow({ ...waitedFor, on_close: previous.on_close }, 'for a while');
    }
    const { closed } = await operationActivities.waitUntilCheckpointClosed({
      ...waitedFor,
      ...waiting,
      limit_seconds: repeatedAfter,
    });
    if (closed) return;
    if (Date.now() > deadline) throw windowDoesNotClose(database.name, checkpointWorkflowId(database.id));
  }
};

/** For operations that started when plans did not yet say at which step they begin to act. */
export const closePreviousWindowFirst = async ({
  previous_checkpoint: previous,
  database,
}: OpenedOperation): Promise<void> => {
  if (!previous) return;
  try {
    await getExternalWorkflowHandle(checkpointWorkflowId(database.id)).signal(checkpointSignals.confirm);
  } catch {
    await closeWindow({ checkpoint: previous.id, database: database.id, on_close: previous.on_close }, 'for a while');
  }
  await operationActivities.waitUntilCheckpointClosed({ checkpoint: previous.id, database: database.id });
};

/** Seconds. No client waits for this, and nothing that is removed has to answer. */
const closingPatienceSeconds = 60;

/**
 * Removes what was kept for a rollback, then records that a rollback is no longer possible. A window never gives up closing;
 * an operation that closes it instead gives up with the reason.
 */
export const closeWindow = async (
  { checkpoint, database, on_close }: ClosedWindow,
  attempts: 'for a while' | 'until it is closed',
): Promise<void> => {
  for (const [step, call] of on_close.entries()) {
    await perform(
      call,
      {
        operation: checkpoint,
        database,
        step,
        direction: 'close',
        attempt: 1,
        patience_seconds: closingPatienceSeconds,
        gives_up: attempts === 'for a while',
      },
      `close: ${call.action}`,
    );
  }
  await operationActivities.closeCheckpoint({ checkpoint, database });
};

interface ClosedWindow {
  readonly checkpoint: string;
  /** Service id. */
  readonly database: string;
  readonly on_close: readonly ActivityCall[];
}

/** For a database that is being destroyed: nothing can be rolled back, and nothing is left to watch. */
export const endWindow = async (serviceId: string): Promise<void> => {
  await getExternalWorkflowHandle(checkpointWorkflowId(serviceId))
    .cancel()
    .catch(() => undefined);
};
