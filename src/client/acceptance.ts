import type { Client, WorkflowHandle } from '@temporalio/client';
import { readPollers } from './pollers.ts';

/** Whether a worker has ever taken up a workflow: what it does begins only then. */
export const isTakenUp = async (handle: WorkflowHandle): Promise<boolean> => {
  const { events } = await handle.fetchHistory();
  return (events ?? []).some((event) => event.workflowTaskStartedEventAttributes);
};

/** Seconds since a worker last asked for an operation's work; null if Temporal knows of none. */
export const workerSeenAgo = async (client: Client, taskQueue: string): Promise<number | null> => {
  const pollers = await readPollers(client, taskQueue);
  return pollers.length === 0 ? null : Math.min(...pollers.map(({ seen_ago }) => seen_ago));
};
