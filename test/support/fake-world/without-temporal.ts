import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityCall } from '../../../src/domain/step-actions.ts';
import type { OperationInput, OperationWorkflow } from '../../../src/domain/inputs.ts';
import { operationWorkflowId } from '../../../src/domain/naming.ts';
import type { OpenedOperation } from '../../../src/domain/operation-activities.ts';
import type { Shop } from './operator.ts';

/** One operation as someone asks for it. */
export type Deed = {
  readonly [W in OperationWorkflow]: { readonly workflow: W; readonly wish: Omit<OperationInput<W>, 'service_id'> };
}[OperationWorkflow];

export type Activity = (call: unknown) => Promise<unknown>;

/** The operation is on record, planned, and what was open before is closed. */
export const openAtOnce = async (shop: Shop, { workflow, wish }: Deed, operation: string): Promise<OpenedOperation> => {
  const environment = new MockActivityEnvironment();
  const opened: OpenedOperation = await environment.run(shop.world.activities.openOperation as never, {
    workflow,
    input: { service_id: shop.id, ...wish },
    operation,
    workflow_id: operationWorkflowId(shop.id),
    run_id: randomUUID(),
  });
  if (opened.previous_checkpoint) await close(shop, opened.previous_checkpoint);
  return opened;
};

/**
 * The same activities without Temporal, one after the other: for what a database has to be before a test begins. The
 * operation's checkpoint stays open, though no workflow of it runs.
 */
export const performAtOnce = async (shop: Shop, deed: Deed): Promise<void> => {
  const environment = new MockActivityEnvironment();
  const { activities } = shop.world;
  const operation = deed.wish.operation_id ?? randomUUID();
  const { plan, patience_seconds } = await openAtOnce(shop, deed, operation);
  for (const [step, { run: call }] of plan.steps.entries()) {
    if (call.action === 'gracePeriod') continue;
    const context = { operation, database: shop.id, step, direction: 'run', attempt: 1, patience_seconds };
    await environment.run(activities[call.action] as Activity, { context, input: call.input });
  }
  const end = { operation, database: shop.id, status: 'done', stall_ms: null, error: null } as const;
  await environment.run(activities.endOperation, end);
};

/** As when its time is over: removes what was kept. */
export const closeWindow = async (shop: Shop): Promise<void> => {
  const { store } = shop.world;
  const open = await store.readOpenCheckpoint(shop.id);
  if (open) await close(shop, { id: open.id, on_close: (await store.readPlan(open.operation_id))!.on_close });
};

const close = async (
  { id: database, world: { activities } }: Pick<Shop, 'id' | 'world'>,
  { id, on_close }: { readonly id: string; readonly on_close: readonly ActivityCall[] },
): Promise<void> => {
  const environment = new MockActivityEnvironment();
  for (const [step, { action, input }] of on_close.entries()) {
    const context = { operation: id, database, step, direction: 'close', attempt: 1, patience_seconds: 60 };
    await environment.run(activities[action] as Activity, { context, input });
  }
  await environment.run(activities.closeCheckpoint as Activity, { checkpoint: id, database });
};
