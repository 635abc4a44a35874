import { sleep } from '@temporalio/workflow';
import { abandonedError, type AbandonedOperation } from '../domain/abandoned-operation.ts';
import type { OpenedOperation, OpenOperation } from '../domain/operation-activities.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { operationActivities, perform } from './activities.ts';
import { newUndoScope, undo } from './steps/undo.ts';

const { openOperation, findCutOff, sweepOperation, endOperation } = operationActivities;

/** What an activity of the ended workflow is still at hears of it at its next heartbeat. */
const lastWords = '3s';

/** Plans are made of what is on record, so what was cut off is undone before a plan is made. */
export const openAfterUndoingAbandoned = async (
  call: OpenOperation,
): Promise<OpenedOperation | { readonly done: OperationDocument }> => {
  for (;;) {
    const opened = await openOperation(call);
    if (!('cut_off' in opened)) return opened;
    await undoAbandoned(opened.cut_off);
  }
};

/** What the next operation would do first, without a next operation. Null where nothing was cut off. */
export const putBackCutOff = async ({ service_id }: { service_id: string }): Promise<OperationDocument | null> => {
  const abandoned = await findCutOff({ database: service_id });
  return abandoned && undoAbandoned(abandoned);
};

/** As the operation itself would have: compensations, last begun first, then a sweep by label. */
const undoAbandoned = async ({
  operation,
  database,
  plan,
  begun,
  patience_seconds,
}: AbandonedOperation): Promise<OperationDocument> => {
  await sleep(lastWords, { summary: 'let go what is still at work' });
  const scope = newUndoScope();
  for (const step of begun) scope.entries.push({ step, attempt: 1, calls: plan.steps[step]!.undo });
  const leftOver = [
    ...(await undo(scope, ({ step, attempt }, call) =>
      perform(
        call,
        { operation, database, step, direction: 'undo', attempt, patience_seconds },
        `put back: ${plan.steps[step]!.name}`,
      ).then(() => undefined),
    )),
    ...(await sweepOperation({ operation, database })),
  ];
  return endOperation({
    operation,
    database,
    status: leftOver.length > 0 ? 'needs_operator' : 'rolled_back',
    stall_ms: null,
    error: abandonedError(leftOver),
  });
};
