import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { checkpointWorkflowId } from '../domain/naming.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import type { CheckpointSignal } from '../domain/temporal-names.ts';
import type { RollbackRequest } from '../workflows/messages.ts';
import { searchAttributePairs, type About } from '../workflows/search-attribute-keys.ts';

/** Rollback windows: one workflow each, which is begun again from the record where it is gone. */
export interface WindowClient {
  /** Whether its workflow runs. */
  isWindowServed(serviceId: string): Promise<boolean>;
  /** Begins the workflow of a window, unless it runs. */
  serveWindow(window: RollbackWindow, about: About): Promise<void>;
  /** Tells the workflow of a window something; begins it first where it does not run. */
  tellWindow(told: TellWindow): Promise<void>;
}

export interface TellWindow {
  readonly window: RollbackWindow;
  readonly about: About;
  readonly signal: CheckpointSignal;
  /** Of a rollback. */
  readonly request?: RollbackRequest;
}

type Briefly = <T>(action: () => Promise<T>) => Promise<T>;

export const windowClient = (
  { workflow }: Pick<Client, 'workflow'>,
  taskQueue: string,
  briefly: Briefly,
): WindowClient => {
  const options = (window: RollbackWindow, about: About) => ({
    workflowId: checkpointWorkflowId(window.database),
    taskQueue,
    args: [window] as [RollbackWindow],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    typedSearchAttributes: searchAttributePairs(null, about),
    staticSummary: `rollback window of ${about.database}`,
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
    tellWindow: ({ window, about, signal, request }) =>
      briefly(async () => {
        const signalArgs: [RollbackRequest?] = request ? [request] : [];
        await workflow.signalWithStart('checkpoint', { ...options(window, about), signal, signalArgs });
      }),
  };
};
