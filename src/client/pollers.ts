import type { Client } from '@temporalio/client';
import type { Poller } from '../domain/task-queue.ts';

/** temporal.api.enums.v1.TaskQueueType */
const workflowTasks = 1;

/** Who asks a task queue for workflow tasks. */
export const readPollers = async (
  { workflowService, options }: Client,
  taskQueue: string,
): Promise<readonly Poller[]> => {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: workflowTasks,
  });
  const now = Date.now() / 1000;
  return (pollers ?? []).flatMap(({ identity, lastAccessTime }) =>
    identity && lastAccessTime?.seconds
      ? [{ identity, seen_ago: Math.max(0, Math.round(now - Number(lastAccessTime.seconds))) }]
      : [],
  );
};
