import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  patched,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { withoutStop } from '../domain/errors.ts';
import type { OperationWorkflow } from '../domain/inputs.ts';
import type { LeftOver, OpenedOperation } from '../domain/operation-activities.ts';
import type { OperationDocument, OperationError } from '../domain/operation.ts';
import { commandToResume } from '../domain/resumption.ts';
import { operationActivities } from './activities.ts';
import { closePreviousWindow, closePreviousWindowFirst, endWindow, startRollbackWindow } from './rollback-window.ts';
import { hasEnded, operationFailure, toOperationError } from './failures.ts';
import { progress } from './messages.ts';
import { answerOpening } from './opening.ts';
import { measured } from './operation-metrics.ts';
import { handleMessages, type Standing, type ReceivedMessages } from './operation-messages.ts';
import { openAfterUndoingAbandoned } from './undo-abandoned.ts';
import { createProgressBoard, planning, type ProgressBoard } from './steps/progress.ts';
import { createPlanRun, type PlanRun } from './steps/run-plan.ts';

const { sweepOperation, endOperation, readStanding } = operationActivities;

/** Every operation: open, run the plan, and either finish or undo everything. */
export const runOperation = (workflow: OperationWorkflow, input: OperationRequest): Promise<OperationDocument> => {
  const standing: Standing = { opened: null, run: null, state: 'opening' };
  const scope = new CancellationScope({ cancellable: true, parent: new CancellationScope({ cancellable: false }) });
  // Past the point of no return nothing is undone, and stopping there would make the record of the database untrue.
  const abort = () => void (standing.run?.committed() || scope.cancel());
  const received = handleMessages(standing, abort);
  // Temporal's own Cancel means the same. It is ignored if it arrives too late.
  CancellationScope.current().cancelRequested.catch(abort);
  return CancellationScope.nonCancellable(() =>
    measured(workflow, perform({ workflow, input, standing, scope, received })),
  );
};

interface Performance {
  readonly workflow: OperationWorkflow;
  readonly input: OperationRequest;
  readonly standing: Standing;
  /** Of everything that an abort cancels. */
  readonly scope: CancellationScope;
  readonly received: ReceivedMessages;
}

const perform = async ({ workflow, input, standing, scope, received }: Performance): Promise<OperationDocument> => {
  const operation = input.operation_id ?? uuid4();
  let board: ProgressBoard | null = null;
  const opening = answerOpening();
  setHandler(progress, () => board?.read() ?? planning(operation), { description: 'Every step with its status.' });

  const { workflowId, runId } = workflowInfo();
  const call = { workflow, input, operation, workflow_id: workflowId, run_id: runId };
  const opened = await opening.of(operation, openAfterUndoingAbandoned(call));
  // A repeated request, or a workflow that was reset.
  if ('done' in opened) return opened.done;
  board = createProgressBoard(operation, opened.database.name, opened.plan.steps);
  const run = createPlanRun({
    ...received,
    operation,
    opened,
    board,
    closeWindowBefore: closingOnce({ operation, opened, scope, board }),
  });
  Object.assign(standing, { opened, run, state: 'running' } satisfies Standing);
  try {
    await scope.run(async () => {
      // A plan that does not say at which step it begins to act.
      const first = opened.plan.steps.length > 0 && opened.plan.closes_window === undefined;
      if (first) await closePreviousWindowFirst(opened);
      if (workflow === 'destroyDatabase' && patched('end-window')) await endWindow(opened.database.id);
      await run.run();
    });
  } catch (error) {
    standing.state = 'undoing';
    if (hasEnded(error)) throw alreadyEnded(error);
    throw operationFailure(await undoOrReport(operation, opened, run, error));
  }
  standing.state = 'finishing';
  // Computed once, so that timer and record agree even if an activity is repeated.
  const until = opened.checkpoint && new Date(Date.now() + opened.checkpoint.timeout_seconds * 1000).toISOString();
  // Before it counts as done: the next operation must find this one's window open.
  if (until) await startRollbackWindow(opened, until);
  return endOperation({
    operation,
    database: opened.database.id,
    status: 'done',
    stall_ms: run.stall(),
    error: null,
    ...(until && { window_until: until }),
  });
};

/** Closes the rollback window of the previous operation once, however many steps request it in parallel. */
const closingOnce = ({
  operation,
  opened,
  scope,
  board,
}: {
  readonly operation: string;
  readonly opened: OpenedOperation;
  readonly scope: CancellationScope;
  readonly board: ProgressBoard;
}): ((step: number) => Promise<void>) => {
  let closing: Promise<void> | null = null;
  const { previous_checkpoint, plan } = opened;
  if (!previous_checkpoint || !plan.closes_window) return async () => undefined;
  const { of } = plan.closes_window;
  const close = async (step: number) => {
    board.waitFor(`the rollback window of the last ${of.replaceAll('_', ' ')} to close`);
    await closePreviousWindow(opened, { operation, step });
    board.waitFor(null);
  };
  return (step) =>
    (closing ??= scope
      .run(() => close(step))
      .catch((error: unknown) => {
        closing = null;
        throw error;
      }));
};

/** The workflow was reset after its operation had ended: what it created is in use, or has been undone. */
const alreadyEnded = (error: unknown): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'already_ended',
    message: toOperationError(error, null).message,
    nonRetryable: true,
  });

/** Before the point of no return everything is undone. After it nothing is, and an operator is needed. */
const undoOrReport = async (
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
  // After a reset the workflow does not know what its operation had already done; the record does.
  const committed = run.committed() || (patched('ask-the-record') && (await readStanding({ operation })).past_return);
  if (committed) return end('needs_operator', [resumeHint(opened, error)]);
  const leftOver = [...(await run.undoAll())];
  for (const swept of [operation, ...(opened.resumed ? [opened.resumed.operation] : [])]) {
    leftOver.push(...(await sweepOperation({ operation: swept, database: opened.database.id })));
  }
  if (leftOver.length > 0) return end('needs_operator', leftOver);
  return end(isCancellation(failure) ? 'aborted' : 'rolled_back', []);
};

const resumeHint = (
  { database, plan }: OpenedOperation,
  { message, step }: Omit<OperationError, 'left_over'>,
): LeftOver => ({
  what: `${step ?? 'the operation'} did not finish: ${withoutStop(message)}; repeat the operation with the same options to resume it`,
  command: commandToResume(database.name, plan.asked),
});

/** What every operation's input has in common. */
export interface OperationRequest {
  readonly operation_id?: string | undefined;
}
