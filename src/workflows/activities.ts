import { ActivityCancellationType, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { ActionContext, ActivityCall, ActivityName, ActionResult, StepCall } from '../domain/actions.ts';
import { watchQueueOf } from '../domain/naming.ts';
import type { OperationActions } from '../domain/operation-actions.ts';

type StepActivities = { readonly [A in ActivityName]: (call: StepCall<A>) => Promise<ActionResult> };

/** A worker that died is noticed after this long. */
const heartbeatTimeout = '10s';

const stepOptions: ActivityOptions = {
  // How long a step may take is decided by its progress, inside the activity; this only bounds a forgotten one.
  startToCloseTimeout: '7 days',
  heartbeatTimeout,
  // Undoing must not begin while the action still runs.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s', maximumAttempts: 60 },
};

const steps = proxyActivities<StepActivities>(stepOptions);

/** What is not given up: it goes on once what it needs is there again. */
const unlimited = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/** Runs one action of a plan as the activity of its name. */
export const perform = (
  call: ActivityCall,
  context: ActionContext,
  summary: string,
  /** Whether it is tried for as long as it takes. */
  forever = false,
): Promise<ActionResult> => {
  const activity = steps[call.action];
  const options = { ...stepOptions, summary, ...(forever && { retry: unlimited }) };
  return activity.executeWithOptions(options, [{ context, input: call.input }] as never);
};

/** Patient: the metadata or the engine may be restarting. */
const aroundOptions: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s', maximumAttempts: 120 },
};

type AroundSteps = Omit<OperationActions, 'watchHealth' | 'verifySnapshot'>;

const around = proxyActivities<AroundSteps>(aroundOptions);

/** As Temporal Web shows them. */
const summaries: Readonly<Record<keyof AroundSteps, string>> = {
  openOperation: 'check, plan and record',
  findCutOff: 'look for what was cut off',
  noteStep: 'say what is waited for',
  noteStepDone: 'record that the wait is over',
  sweepOperation: 'remove what is left over',
  endOperation: 'record how it ended',
  noteRelease: 'record who let the cut-over go ahead',
  readStanding: 'ask the record how far it had come',
  waitUntilCheckpointClosed: 'wait until the rollback window before is closed',
  closeCheckpoint: 'record that the way back is closed',
};

/** What must be recorded, however long the metadata are away. */
const recorded: readonly string[] = ['endOperation', 'closeCheckpoint'] satisfies (keyof AroundSteps)[];

/** What an operation does around its steps. */
export const operationActivities = Object.fromEntries(
  Object.entries(summaries).map(([name, summary]) => [
    name,
    (call: never) =>
      around[name as keyof AroundSteps].executeWithOptions(
        { ...aroundOptions, summary, ...(recorded.includes(name) && { retry: unlimited }) },
        [call],
      ),
  ]),
) as unknown as AroundSteps;

const watchOptions: ActivityOptions = {
  startToCloseTimeout: '8 days',
  heartbeatTimeout,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
};

const watches = proxyActivities<Pick<OperationActions, 'watchHealth'>>(watchOptions);

/** Runs for as long as a window is open, where it takes no place of a step. */
export const watchHealth: OperationActions['watchHealth'] = (call) =>
  watches.watchHealth.executeWithOptions(
    { ...watchOptions, taskQueue: watchQueueOf(workflowInfo().taskQueue), summary: 'watch whether it takes writes' },
    [call],
  );

const readingOptions: ActivityOptions = { ...aroundOptions, startToCloseTimeout: '1 day' };

const readings = proxyActivities<Pick<OperationActions, 'verifySnapshot'>>(readingOptions);

export const readThrough: OperationActions['verifySnapshot'] = (call) =>
  readings.verifySnapshot.executeWithOptions({ ...readingOptions, summary: `read ${call.snapshot} through` }, [call]);
