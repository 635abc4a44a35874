import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { deliveryWorkflowId } from '../domain/naming.ts';
import type { DeliverNotification, DeliveryRound, StartableDelivery } from '../domain/notifications/deliveries.ts';
import { readEnd } from './operation-run.ts';
import { searchAttributePairs } from '../workflows/search-attribute-keys.ts';

/** Messages to channels: one workflow each, which tries until it is delivered or given up. */
export interface DeliveryClient {
  /** Starts the workflow of a delivery, unless it was started before, and whether or not it has ended since. */
  deliver(delivery: StartableDelivery): Promise<void>;
  /** Whether its workflow is closed, or unknown to Temporal. */
  hasDeliveryEnded(delivery: DeliveryRound): Promise<boolean>;
}

type Briefly = <T>(action: () => Promise<T>) => Promise<T>;

export const deliveryClient = ({ workflow }: Client, taskQueue: string, briefly: Briefly): DeliveryClient => ({
  deliver: ({ summary, database, ...input }) =>
    briefly(async () => {
      try {
        await workflow.start('deliverNotification', {
          workflowId: deliveryWorkflowId(input.delivery, input.round),
          taskQueue,
          args: [input satisfies DeliverNotification],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // One that has been sent must not be sent again because its start was not recorded.
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          typedSearchAttributes: database === null ? [] : searchAttributePairs(null, { database, stage: null }),
          staticSummary: summary,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }),

  hasDeliveryEnded: ({ delivery, round }) =>
    briefly(async () => (await readEnd(workflow.getHandle(deliveryWorkflowId(delivery, round)))) !== null),
});
