import { getExternalWorkflowHandle, ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { checkpointWorkflowId } from '../domain/naming.ts';
import type { OpenedOperation } from '../domain/operation-actions.ts';
import { operationActivities } from './activities.ts';
import type { checkpoint, CheckpointInput } from './checkpoint.ts';
import { closeWindow } from './close-window.ts';
import { confirmSignal } from './messages.ts';
import { childAttributes } from './search-attributes.ts';

/** The window in which an operation that is done can still be rolled back lives on by itself. */
export const startCheckpoint = async ({ checkpoint: opened, database, plan }: OpenedOperation): Promise<void> => {
  if (!opened) return;
  const input: CheckpointInput = {
    checkpoint: opened.id,
    database: database.id,
    timeout_seconds: opened.timeout_seconds,
    on_close: plan.on_close,
    ...(plan.from && { before: { name: database.name, stage: plan.from.stage } }),
  };
  await startChild<typeof checkpoint>('checkpoint', {
    workflowId: checkpointWorkflowId(database.id),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    args: [input],
    typedSearchAttributes: childAttributes(null, plan.to?.stage ?? null),
    staticSummary: `rollback window of ${database.name}`,
  });
};

/** Starting the next operation closes the checkpoint of the last one, and waits until it is closed. */
export const closePreviousCheckpoint = async ({ previous_checkpoint, database }: OpenedOperation): Promise<void> => {
  if (!previous_checkpoint) return;
  try {
    await getExternalWorkflowHandle(checkpointWorkflowId(database.id)).signal(confirmSignal);
  } catch {
    // Its workflow has ended already, or never began because the operation died first.
    await closeWindow({
      checkpoint: previous_checkpoint.id,
      database: database.id,
      on_close: previous_checkpoint.on_close,
    });
  }
  await operationActivities.waitUntilCheckpointClosed({ checkpoint: previous_checkpoint.id, database: database.id });
};
