import { setTimeout as delay } from 'node:timers/promises';
import { getClient, startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { HandlerError, serviceHandler, type ServiceHandler, type StartOperationContext } from 'nexus-rpc';
import { failureFor } from '../client/application-failures.ts';
import { pgrowService } from '../client/nexus.ts';
import { hearOpened, refusalHeard } from '../client/open-operation.ts';
import { readRun, runningError } from '../client/operation-run.ts';
import { startOptions } from '../client/temporal-calls.ts';
import { isUnknownAttribute } from '../client/temporal-errors.ts';
import { windowClient } from '../client/window-client.ts';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import { operationInputs, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import { operationWorkflowId } from '../domain/naming.ts';
import { isPastReturn, type OperationDocument } from '../domain/operation.ts';
import { parseInput } from '../domain/parse-input.ts';
import { stageAfter } from '../domain/stage-after.ts';
import { readWindow } from '../store/rollback-window.ts';
import type { Store } from '../store/store.ts';

export interface NexusDependencies {
  readonly taskQueue: string;
  /** The store that knows a database. */
  readonly storeOf: (serviceId: string) => KnownDatabases;
}

type KnownDatabases = Pick<
  Store,
  'readDatabase' | 'readOpenCheckpoint' | 'readPlan' | 'listOperations' | 'readLastOperation'
>;

/** The Nexus service: its operations are started, refused and aborted as those that are started in any other way. */
export const nexusOperations = (dependencies: NexusDependencies): ServiceHandler => {
  const handlers = Object.fromEntries(
    (Object.keys(operationInputs) as OperationWorkflow[]).map((workflow) => [
      workflow,
      new WorkflowRunOperationHandler<OperationInput<OperationWorkflow>, OperationDocument>((context, input) =>
        refusing(() => begin(dependencies, context, workflow, input)),
      ),
    ]),
  );
  return serviceHandler(pgrowService, handlers as never) as ServiceHandler;
};

/** Before the start: a refusal fails the operation for good, with the code; what may pass is tried again by Temporal. */
const refusing = async <T>(action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof PgrowError)) throw error;
    throw failedBy(error, error.retryable ? 'UNAVAILABLE' : 'BAD_REQUEST');
  }
};

/** After it: what the workflow refuses is refused for good, as a call that is repeated would start it again. */
export const refusedAfterStart = (error: unknown): HandlerError | null => {
  const refusal = refusalHeard(error);
  return refusal && failedBy(refusal, 'BAD_REQUEST');
};

const failedBy = (error: PgrowError, type: 'UNAVAILABLE' | 'BAD_REQUEST') =>
  new HandlerError(type, `${error.code}: ${error.message}`, { cause: failureFor(error) });

const begin = async (
  { taskQueue, storeOf }: NexusDependencies,
  context: StartOperationContext,
  workflow: OperationWorkflow,
  given: OperationInput<OperationWorkflow>,
) => {
  // An id of its own for each call, and the same for a call that Temporal repeats.
  const input = { ...given, operation_id: given.operation_id ?? context.requestId };
  const { service_id } = parseInput(operationInputs[workflow], input);
  const store = storeOf(service_id);
  const database = await store.readDatabase(service_id);
  if (workflow === 'rollback') await goBack(store, taskQueue, database, input);
  const options = startOptions(taskQueue, workflow, input as never, {
    database: database?.name ?? ('name' in input ? input.name : null),
    stage: stageAfter(workflow, input as Aim, database?.topology.stage ?? null),
  });
  const handle = await startOrJoin(context, workflow, options, input.operation_id);
  const run = { workflow_id: handle.workflowId, run_id: handle.runId ?? '' };
  await hearOpened(getClient(), run).catch((error: unknown) => {
    const refused = refusedAfterStart(error);
    // Whatever else it is, the operation is started.
    if (refused) throw refused;
  });
  return handle;
};

type Options = ReturnType<typeof startOptions>;
type Aim = Parameters<typeof stageAfter>[1];

const startOrJoin = async (
  context: StartOperationContext,
  workflow: OperationWorkflow,
  options: Options,
  operation_id: string,
) => {
  const start = async (conflict: 'FAIL' | 'USE_EXISTING') => {
    const given = {
      ...options,
      args: options.args as [OperationInput<OperationWorkflow>],
      workflowIdConflictPolicy: conflict,
    };
    try {
      return await startWorkflow<OperationType>(context, workflow, given);
    } catch (error) {
      if (!isUnknownAttribute(error)) throw error;
      const { typedSearchAttributes: _unknown, ...bare } = given;
      return startWorkflow<OperationType>(context, workflow, bare);
    }
  };
  if (workflow === 'rollback') return start('USE_EXISTING');
  try {
    return await start('FAIL');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const run = await readRun(getClient().workflow.getHandle(options.workflowId));
    if (run?.operation_id !== operation_id) throw runningError(options.staticSummary, run);
    return start('USE_EXISTING');
  }
};

type OperationType = (input: OperationInput<OperationWorkflow>) => Promise<OperationDocument>;

/** Milliseconds that a window has to start the rollback it has agreed to. */
const begunWithinMs = 5000;
const lookEveryMs = 50;

/**
 * Lets the rollback window start a rollback, as it alone knows what was kept for it. One that stopped half-way continues by
 * itself.
 */
const goBack = async (
  store: KnownDatabases,
  taskQueue: string,
  database: Database | null,
  { service_id, operation_id, actor, options, plan_digest }: OperationInput<'rollback'> & { operation_id: string },
): Promise<void> => {
  const hasBegun = async () => {
    const run = await readRun(getClient().workflow.getHandle(operationWorkflowId(service_id)));
    return run?.operation_id === operation_id;
  };
  if (!database) throw new PgrowError('not_found', `There is no database ${service_id}.`);
  if (await hasBegun()) return;
  const last = await store.readLastOperation(service_id);
  if (last?.type === 'rollback' && isPastReturn(last)) return;
  const window = await readWindow(store, database);
  if (!window) throw new PgrowError('refused', `Cannot roll ${database.name} back: no rollback window is open.`);
  const request = {
    operation_id,
    ...(actor !== undefined && { actor }),
    ...(options !== undefined && { options }),
    ...(plan_digest !== undefined && { plan_digest }),
  };
  const about = { database: database.name, stage: database.topology.stage };
  await windowClient(getClient(), taskQueue, (action) => action()).rollBack(window, about, request);
  const deadline = performance.now() + begunWithinMs;
  while (!(await hasBegun())) {
    if (performance.now() > deadline) {
      throw new PgrowError(
        'worker_unavailable',
        `The rollback of ${database.name} has not begun yet. It is waited for.`,
      );
    }
    await delay(lookEveryMs);
  }
};
