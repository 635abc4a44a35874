import { ActivityCancellationType, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { ActionContext, ActivityCall, ActivityName, ActionResult, StepCall } from '../domain/step-actions.ts';
import { aroundKinds, attemptLimitSeconds, stepKinds, type ActivityKind } from '../domain/activity-kinds.ts';
import { hostOfCall, queueOfHost } from '../domain/hosts.ts';
import { watchQueueOf } from '../domain/naming.ts';
import type { OperationActivities } from '../domain/operation-activities.ts';
import { isEndless } from '../domain/retry-budget.ts';

/** A worker that died is noticed after this long. */
const heartbeatTimeout = '10s';

/**
 * How often an activity is tried again is decided where its error is known, by the time that its cause has lasted
 * (`domain/retry-budget.ts`): an attempt says whether it was the last. Temporal only waits in between.
 */
const soon = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;
/** For what is not given up. */
const patiently = { ...soon, maximumInterval: '30s' } as const;

/** Seconds; for what has no patience of its own: as long as that of any operation. */
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

/** `more`: what is its own besides. */
const around = (name: keyof OperationActivities, summary: string, more: ActivityOptions = {}): OperationActivities =>
  proxyActivities<OperationActivities>({
    ...optionsFor(aroundKinds[name]),
    ...(isEndless(name) && { retry: patiently }),
    ...more,
    summary,
  });

/** What an operation does around its steps, with the summaries that Temporal Web shows. */
export const operationActivities: Omit<OperationActivities, 'watchHealth' | 'verifySnapshot'> = {
  openOperation: around('openOperation', 'check, plan and record').openOperation,
  findCutOff: around('findCutOff', 'look for what was cut off').findCutOff,
  noteStep: around('noteStep', 'say what is waited for').noteStep,
  noteStepDone: around('noteStepDone', 'record that the wait is over').noteStepDone,
  sweepOperation: around('sweepOperation', 'remove what is left over').sweepOperation,
  endOperation: around('endOperation', 'record how it ended').endOperation,
  noteRelease: around('noteRelease', 'record who let the cut-over go ahead').noteRelease,
  readStanding: around('readStanding', 'ask the record how far it had come').readStanding,
  waitUntilCheckpointClosed: around('waitUntilCheckpointClosed', 'wait until the rollback window before is closed')
    .waitUntilCheckpointClosed,
  closeCheckpoint: around('closeCheckpoint', 'record that the way back is closed').closeCheckpoint,
};

/** Where what takes hours takes no place of a step. */
const besideSteps = (): ActivityOptions => ({ taskQueue: watchQueueOf(workflowInfo().taskQueue) });

/** Runs for as long as a window is open. */
export const watchHealth: OperationActivities['watchHealth'] = (call) =>
  around('watchHealth', 'watch whether it takes writes', {
    ...besideSteps(),
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: { ...patiently, initialInterval: '1s' },
  }).watchHealth(call);

export const readThrough: OperationActivities['verifySnapshot'] = (call) =>
  around('verifySnapshot', `read ${call.snapshot} through`, besideSteps()).verifySnapshot(call);
