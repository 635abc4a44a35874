import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import { queueHolderWorkflowId } from '../domain/naming.ts';
import { pollerLivesFor, queueHolderType, workerOfAnother, type QueueHolder } from '../domain/task-queue.ts';
import { readPollers } from './pollers.ts';

/**
 * Takes the queue for a control plane, or finds that it has it. The claim is a workflow that does not end: Temporal gives
 * its ID to one only, also when several ask at the same moment. It outlasts the worker, because the operations and windows of a
 * control plane that is down wait in the queue for it.
 * @throws PgrowError `refused`, which names the control plane that has it
 */
export const holdQueue = async (client: Client, taskQueue: string, holder: QueueHolder): Promise<void> => {
  const owner = (await readHolder(client, taskQueue)) ?? (await claim(client, taskQueue, holder));
  if (owner.home === holder.home) return;
  throw refusal(client, taskQueue, {
    owner: `the control plane ${owner.home} (PGROW_HOME ${owner.path} on ${owner.host})`,
    release: `If that one is gone for good, cancel or terminate the workflow ${queueHolderWorkflowId(taskQueue)} in Temporal`,
  });
};

/** Returns who has it then. */
const claim = async (client: Client, taskQueue: string, holder: QueueHolder): Promise<QueueHolder> => {
  // The claim of one that still runs may have been ended by hand.
  const another = workerOfAnother(await readPollers(client, taskQueue), holder.home);
  if (another) {
    throw refusal(client, taskQueue, {
      owner: `another control plane: its worker "${another.identity}" asked for work ${another.seen_ago} s ago`,
      release: `If that worker has ended, try again in ${pollerLivesFor - another.seen_ago + 1} s`,
    });
  }
  try {
    await client.workflow.start(queueHolderType, {
      workflowId: queueHolderWorkflowId(taskQueue),
      taskQueue,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `task queue of the control plane ${holder.home}`,
      memo: { holder },
    });
    return holder;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return (await readHolder(client, taskQueue)) ?? unknown;
  }
};

const unknown: QueueHolder = { home: 'unknown', path: 'unknown', host: 'an unknown host' };

/** Null if no control plane has it. */
const readHolder = async ({ workflow }: Client, taskQueue: string): Promise<QueueHolder | null> => {
  try {
    const { status, memo } = await workflow.getHandle(queueHolderWorkflowId(taskQueue)).describe();
    return status.name === 'RUNNING' ? ((memo?.['holder'] as QueueHolder | undefined) ?? unknown) : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
};

interface Refusal {
  readonly owner: string;
  readonly release: string;
}

const refusal = ({ options }: Client, taskQueue: string, { owner, release }: Refusal): PgrowError =>
  new PgrowError(
    'refused',
    `Task queue ${taskQueue} in namespace ${options.namespace} belongs to ${owner}. ` +
      `Two control planes on one queue would take each other's work: set PGROW_TASK_QUEUE to a name of its own, ` +
      `or TEMPORAL_NAMESPACE to another namespace. ${release}.`,
  );
