import type { Client, WorkflowHandle } from '@temporalio/client';
import { taskQueue } from '../domain/naming.ts';

/** Whether a worker has ever taken up a workflow: what it does begins only then. */
export const isTakenUp = async (handle: WorkflowHandle): Promise<boolean> => {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some((event) => event.workflowTaskStartedEventAttributes);
};

/** temporal.api.enums.v1.TaskQueueType */
const workflowTasks = 1;

/** Seconds since a worker last asked for an operation's work; null where Temporal knows of none. */
export const workerSeenAgo = async ({ workflowService, options }: Client): Promise<number | null> => {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: workflowTasks,
  });
  const asked = (pollers ?? []).flatMap(({ lastAccessTime }) =>
    lastAccessTime?.seconds ? [Number(lastAccessTime.seconds)] : [],
  );
  return asked.length === 0 ? null : Math.max(0, Math.round(Date.now() / 1000 - Math.max(...asked)));
};
