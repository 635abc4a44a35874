import { condition } from '@temporalio/workflow';

/**
 * Holds a task queue for one control plane, which its memo names, until it is cancelled or terminated: see
 * `src/client/queue-holder.ts`.
 */
export const holdTaskQueue = async (): Promise<void> => {
  await condition(() => false);
};
