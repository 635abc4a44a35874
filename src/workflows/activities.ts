import { ActivityCancellationType, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { ActionContext, ActivityCall, ActivityName, ActionResult, StepCall } from '../domain/step-actions.ts';
import { aroundKinds, attemptLimitSeconds, stepKinds, type ActivityKind } from '../domain/activity-kinds.ts';
import { hostOfCall, queueOfHost } from '../domain/hosts.ts';
import { watchQueueOf } from '../domain/naming.ts';
import type { NotificationActivities } from '../domain/notifications/deliveries.ts';
import type { OperationActivities } from '../domain/operation-activities.ts';
import { isEndless } from '../domain/retry-budget.ts';

/** A worker that died is noticed after this long. */
const heartbeatTimeout = '10s';

/**
 * The activity itself decides whether it is retried, by how long the cause of its error has lasted
 * (`domain/retry-budget.ts`). Temporal only waits between the attempts.
 */
const soon = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;
/** For activities that are never given up. */
const patiently = { ...soon, maximumInterval: '30s' } as const;

/** Seconds, for activities without a patience of their own: the longest patience of any operation. */
const longestPatience = 86_400;

const optionsFor = (kind: ActivityKind, patienceSeconds = longestPatience): ActivityOptions => ({
  startToCloseTimeout: attemptLimitSeconds(kind, patienceSeconds) * 1000,
  heartbeatTimeout,
  retry: soon,
});

type StepActivities = { readonly [A in ActivityName]: (call: StepCall<A>) => Promise<ActionResult> };

/** Runs one action of a plan as the activity of its name. */
export const perform = <A extends ActivityName>(
  { action, input }: ActivityCall<A>,
  context: ActionContext,
  summary: string,
): Promise<ActionResult> => {
  const isClosing = context.direction === 'close' && context.gives_up !== true;
  const steps: StepActivities = proxyActivities<StepActivities>({
    ...optionsFor(stepKinds[action], context.patience_seconds),
    // Undoing must not begin while the action still runs.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(isClosing && { retry: patiently }),
    taskQueue: queueOfHost(workflowInfo().taskQueue, hostOfCall({ input })),
    summary,
  });
  return steps[action]({ context, input });
};

/** `more`: options of this activity alone. */
const around = (name: keyof OperationActivities, summary: string, more: ActivityOptions = {}): OperationActivities =>
  proxyActivities<OperationActivities>({
    ...optionsFor(aroundKinds[name]),
    ...(isEndless(name) && { retry: patiently }),
    ...more,
    summary,
  });

/** Activities of an operation around its steps, with the summaries that Temporal Web shows. */
export const operationActivities: Omit<OperationActivities, 'watchHealth' | 'verifySnapshot'> = {
  openOperation: around('openOperation', 'check, plan and record').openOperation,
  findCutOff: around('findCutOff', 'find an abandoned operation').findCutOff,
  noteStep: around('noteStep', 'record what it waits for').noteStep,
  noteStepDone: around('noteStepDone', 'record that the wait is over').noteStepDone,
  sweepOperation: around('sweepOperation', 'remove leftovers').sweepOperation,
  endOperation: around('endOperation', 'record how it ended').endOperation,
  noteRelease: around('noteRelease', 'record who released the cut-over').noteRelease,
  readStanding: around('readStanding', 'read its progress from the record').readStanding,
  waitUntilCheckpointClosed: around('waitUntilCheckpointClosed', 'wait until the previous rollback window is closed')
    .waitUntilCheckpointClosed,
  closeCheckpoint: around('closeCheckpoint', 'record that the window is closed').closeCheckpoint,
};

/** Activities that take hours use the watch queue, where they occupy no slot of a step. */
const besideSteps = (): ActivityOptions => ({ taskQueue: watchQueueOf(workflowInfo().taskQueue) });

/** Runs for as long as a window is open. */
export const watchHealth: OperationActivities['watchHealth'] = (call) =>
  around('watchHealth', 'watch whether it takes writes', {
    ...besideSteps(),
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { ...patiently, initialInterval: '1s' },
  }).watchHealth(call);

export const readThrough: OperationActivities['verifySnapshot'] = (call) =>
  around('verifySnapshot', `verify ${call.snapshot}`, besideSteps()).verifySnapshot(call);

/** One attempt has a limit of its own, far below that of a `read`. */
export const attemptDelivery: NotificationActivities['attemptDelivery'] = (attempt) =>
  proxyActivities<NotificationActivities>({
    ...optionsFor('read'),
    retry: patiently,
    ...besideSteps(),
    summary: `attempt ${attempt.attempt}`,
  }).attemptDelivery(attempt);
