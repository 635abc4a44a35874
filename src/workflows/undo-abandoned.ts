import { sleep } from '@temporalio/workflow';
import { abandonedError, type AbandonedOperation } from '../domain/abandoned-operation.ts';
import type { OpenedOperation, OpenOperation } from '../domain/operation-activities.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { operationActivities, perform } from './activities.ts';
import { newUndoScope, undo } from './steps/undo.ts';

const { openOperation, findCutOff, sweepOperation, endOperation } = operationActivities;

/** Activities of the terminated workflow learn about it at their next heartbeat. */
const untilHeartbeat = '3s';

/** Plans are made from the record, so an abandoned operation is undone before a plan is made. */
export const openAfterUndoingAbandoned = async (
  call: OpenOperation,
): Promise<OpenedOperation | { readonly done: OperationDocument }> => {
  for (;;) {
    const opened = await openOperation(call);
    if (!('cut_off' in opened)) return opened;
    await undoAbandoned(opened.cut_off);
  }
};

/** Undoes an abandoned operation without starting another. Null if there is none. */
export const putBackCutOff = async ({ service_id }: { service_id: string }): Promise<OperationDocument | null> => {
  const abandoned = await findCutOff({ database: service_id });
  return abandoned && undoAbandoned(abandoned);
};

/** As the operation itself would have: compensations in reverse order, then a sweep by label. */
const undoAbandoned = async ({
  operation,
  database,
  plan,
  begun,
  patience_seconds,
}: AbandonedOperation): Promise<OperationDocument> => {
  await sleep(untilHeartbeat, { summary: 'wait for activities that still run' });
  const scope = newUndoScope();
  for (const step of begun) scope.entries.push({ step, attempt: 1, calls: plan.steps[step]!.undo });
  const leftOver = [
    ...(await undo(scope, ({ step, attempt }, call) =>
      perform(
        call,
        { operation, database, step, direction: 'undo', attempt, patience_seconds },
        `undo: ${plan.steps[step]!.name}`,
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
