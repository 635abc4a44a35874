import { CancellationScope, isCancellation, setHandler, uuid4, workflowInfo } from '@temporalio/workflow';
import type { OperationWorkflow } from '../domain/inputs.ts';
import type { LeftOver, OpenedOperation } from '../domain/operation-actions.ts';
import type { OperationDocument, OperationError } from '../domain/operation.ts';
import { commandFor } from '../domain/resumption.ts';
import { operationActivities } from './activities.ts';
import { closePreviousCheckpoint, startCheckpoint } from './checkpoints.ts';
import { hasHandedBack, operationFailure, toOperationError } from './failures.ts';
import { abortSignal, confirmSignal, progress, switchoverSignal } from './messages.ts';
import { openAfterPuttingBack } from './put-back.ts';
import { createProgressBoard } from './steps/progress.ts';
import { createPlanRun, type PlanRun } from './steps/run-plan.ts';

const { sweepOperation, endOperation } = operationActivities;

/** Every operation: open, run the plan, and either finish or put everything back. */
export const runOperation = async (
  workflow: OperationWorkflow,
  input: OperationRequest,
): Promise<OperationDocument> => {
  let mayCutOver = false;
  let confirmed = false;
  let run: PlanRun | null = null;
  const scope = new CancellationScope();
  setHandler(switchoverSignal, () => void (mayCutOver = true), { description: 'Go ahead with a cut-over that waits.' });
  setHandler(confirmSignal, () => void (confirmed = true), { description: 'Cut a grace period short.' });
  // Past the point of no return nothing is undone, and stopping there would leave a database that nobody has recorded.
  const abort = () => void (run?.committed() || scope.cancel());
  setHandler(abortSignal, abort, { description: 'Undo everything done so far and end.' });

  const operation = input.operation_id ?? uuid4();
  const { workflowId, runId } = workflowInfo();
  const opened = await openAfterPuttingBack({ workflow, input, operation, workflow_id: workflowId, run_id: runId });
  const board = createProgressBoard(operation, opened.database.name, opened.plan.steps);
  setHandler(progress, board.read, { description: 'Every step with its status.' });

  const planRun = createPlanRun({
    operation,
    opened,
    board,
    mayCutOver: () => mayCutOver,
    isConfirmed: () => confirmed,
  });
  run = planRun;
  try {
    await scope.run(async () => {
      if (opened.plan.steps.length > 0) await closePreviousCheckpoint(opened);
      await planRun.run();
    });
  } catch (error) {
    throw operationFailure(await CancellationScope.nonCancellable(() => retreat(operation, opened, planRun, error)));
  }
  // Before it counts as done: whoever then starts the next operation finds this one's window open.
  await startCheckpoint(opened);
  return endOperation({
    operation,
    database: opened.database.id,
    status: 'done',
    stall_ms: run.stall(),
    error: null,
  });
};

/** Before the point of no return everything is put back; after it nothing is, and an operator has to look. */
const retreat = async (
  operation: string,
  opened: OpenedOperation,
  run: PlanRun,
  failure: unknown,
): Promise<OperationDocument> => {
  const failed = run.failedStep();
  const error = toOperationError(failure, failed === null ? null : (opened.plan.steps[failed]?.name ?? null));
  const end = (status: 'rolled_back' | 'aborted' | 'needs_operator', leftOver: readonly LeftOver[]) =>
    endOperation({
      operation,
      database: opened.database.id,
      status,
      stall_ms: run.stall(),
      error: { ...error, left_over: leftOver },
    });
  if (hasHandedBack(failure)) run.uncommit();
  if (run.committed()) return end('needs_operator', [wayOn(opened, error)]);
  const leftOver = [...(await run.undoAll())];
  for (const swept of [operation, ...(opened.resumed ? [opened.resumed.operation] : [])]) {
    leftOver.push(...(await sweepOperation({ operation: swept, database: opened.database.id })));
  }
  if (leftOver.length > 0) return end('needs_operator', leftOver);
  return end(isCancellation(failure) ? 'aborted' : 'rolled_back', []);
};

const wayOn = (
  { database, plan }: OpenedOperation,
  { message, step }: Omit<OperationError, 'left_over'>,
): LeftOver => ({
  what: `${step ?? 'the operation'} did not finish: ${message.replace(/\.$/, '')}; asked for again, with the same options, it goes on from there`,
  command: commandFor(database.name, plan.asked),
});

/** What every operation's input has in common. */
export interface OperationRequest {
  readonly operation_id?: string | undefined;
}
