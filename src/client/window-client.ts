import { WithStartWorkflowOperation, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { checkpointWorkflowId } from '../domain/naming.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import { checkpointMessages, type CheckpointMessage } from '../domain/temporal-names.ts';
import type { MessageEffect, RollbackRequest } from '../domain/messages.ts';
import { searchAttributePairs, type About } from '../workflows/search-attribute-keys.ts';
import { isUnanswered, refusalIn } from './temporal-errors.ts';
import type { Answer } from './send-message.ts';

/** Rollback windows: one workflow each, which is restarted from the record where it is gone. */
export interface WindowClient {
  /** Whether its workflow runs. */
  isWindowServed(serviceId: string): Promise<boolean>;
  /** Begins the workflow of a window, unless it runs. */
  serveWindow(window: RollbackWindow, about: About): Promise<void>;
  /**
   * Closes a window, and starts its workflow first where it does not run. Where no worker answers, the request waits for
   * one.
   * @throws PgrowError `refused`: it is being rolled back
   */
  confirmWindow(window: RollbackWindow, about: About): Promise<Answer>;
  /**
   * Asks a window for a rollback; the same.
   * @throws PgrowError `refused`: it is closing, or being rolled back already
   */
  rollBack(window: RollbackWindow, about: About, request: RollbackRequest): Promise<Answer>;
}

/** A worker answers in a fraction of it. */
const answerWithinMs = 1800;

type Briefly = <T>(action: () => Promise<T>) => Promise<T>;

export const windowClient = (client: Client, taskQueue: string, briefly: Briefly): WindowClient => {
  const { workflow } = client;
  const options = (window: RollbackWindow, about: About) => ({
    workflowId: checkpointWorkflowId(window.database),
    taskQueue,
    args: [window] as [RollbackWindow],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    typedSearchAttributes: searchAttributePairs(null, about),
    staticSummary: `rollback window of ${about.database}`,
  });
  const send = (
    message: CheckpointMessage,
    window: RollbackWindow,
    about: About,
    ...args: [RollbackRequest?]
  ): Promise<Answer> =>
    briefly(async () => {
      const start = { ...options(window, about), workflowIdConflictPolicy: 'USE_EXISTING' as const };
      const startWorkflowOperation = new WithStartWorkflowOperation('checkpoint', start);
      try {
        return await client.withDeadline(Date.now() + answerWithinMs, () =>
          workflow.executeUpdateWithStart<() => Promise<void>, MessageEffect, [RollbackRequest?]>(
            checkpointMessages[message],
            { startWorkflowOperation, args },
          ),
        );
      } catch (error) {
        const isRefused = error instanceof WorkflowUpdateFailedError;
        if (!isRefused && !isUnanswered(error)) throw error;
        const refusal = isRefused && refusalIn(error);
        if (refusal) throw refusal;
        // No worker answers, or one of a version that knows the signal alone.
        const signal = { signal: checkpointMessages[message], signalArgs: args };
        await workflow.signalWithStart('checkpoint', { ...options(window, about), ...signal });
        return { takes_effect: isRefused ? 'now' : 'when_a_worker_runs' };
      }
    });
  return {
    isWindowServed: (serviceId) =>
      briefly(async () => {
        try {
          return (await workflow.getHandle(checkpointWorkflowId(serviceId)).describe()).status.name === 'RUNNING';
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        }
      }),
    serveWindow: (window, about) =>
      briefly(async () => {
        await workflow.start('checkpoint', { ...options(window, about), workflowIdConflictPolicy: 'USE_EXISTING' });
      }),
    confirmWindow: (window, about) => send('confirm', window, about),
    rollBack: (window, about, request) => send('rollback', window, about, request),
  };
};
