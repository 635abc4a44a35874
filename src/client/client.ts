import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { PgrowError } from '../domain/errors.ts';
import type { OperationInput, OperationWorkflow } from '../domain/inputs.ts';
import { operationWorkflowId, verificationWorkflowId } from '../domain/naming.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { Verification, VerifySnapshot } from '../domain/snapshot.ts';
import type { QueueHolder } from '../domain/task-queue.ts';
import { progressQuery, switchoverSignalName, type OperationMessage } from '../domain/temporal-names.ts';
import type { Sender } from '../domain/messages.ts';
import { isTakenUp, workerSeenAgo } from './acceptance.ts';
import { deliveryClient, type DeliveryClient } from './delivery-client.ts';
import { ensureNexusEndpoint } from './nexus-endpoint.ts';
import { openOperation, type OpenedRun, type StartedRun } from './open-operation.ts';
import { readEnd, readRun, runningError, type OperationRun } from './operation-run.ts';
import { holdQueue } from './queue-holder.ts';
import { searchAttributePairs, type About } from '../workflows/search-attribute-keys.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { sendMessage, type Answer } from './send-message.ts';
import { openTemporal, startOptions, type ClientOptions } from './temporal-calls.ts';
import { failureOf } from './temporal-errors.ts';
import { windowClient, type WindowClient } from './window-client.ts';

/** Starts pgrow's operations and talks to them. Every failure is an error of the catalogue. */
export interface PgrowClient extends WindowClient, DeliveryClient {
  /**
   * Starts an operation, unless one runs on that database.
   * @throws PgrowError `operation_running`, which names the one that runs
   */
  start<W extends OperationWorkflow>(workflow: W, input: OperationInput<W>, about: About): Promise<StartedRun>;
  /**
   * Starts an operation, and returns what its workflow says that it begins with.
   * @throws PgrowError what it was refused with; `operation_running`, which names the one that runs
   */
  open<W extends OperationWorkflow>(
    workflow: W,
    input: OperationInput<W> & { readonly operation_id: string },
    about: About,
  ): Promise<OpenedRun>;
  /**
   * Moves the primary, by signal-with-start. A running operation ignores it, also one whose cut-over is held back.
   * @throws PgrowError `operation_running`, which names the one that runs
   */
  switchOver(input: OperationInput<'switchover'>, about: About): Promise<StartedRun>;
  /**
   * Waits for the end, however it ends: done, rolled back or aborted.
   * @throws PgrowError what kept the operation from beginning
   */
  result(serviceId: string, runId?: string): Promise<OperationDocument>;
  /** Tells the running operation something. @throws PgrowError `refused` when it comes too late, or none runs */
  tell(serviceId: string, message: OperationMessage, sender: Sender): Promise<Answer>;
  /** Whether a worker has taken up a run. */
  isTakenUp(serviceId: string, runId: string): Promise<boolean>;
  /** Ends a run that no worker has taken up: nothing of it has begun. */
  withdraw(serviceId: string, runId: string, reason: string): Promise<void>;
  /** Seconds since a worker last asked for work; null if Temporal knows of none. */
  workerSeenAgo(): Promise<number | null>;
  /**
   * Reads a snapshot through, or waits for a reading that is under way; null when that takes longer than it may.
   * @throws PgrowError what kept it from being read
   */
  verifySnapshot(
    input: VerifySnapshot,
    about: { readonly database: string; readonly waitMs: number },
  ): Promise<Verification | null>;
  /** Every step of the running operation with its status, by query: it needs a worker that answers. */
  progress(serviceId: string): Promise<unknown>;
  /** The last operation that Temporal knows of, running or not. */
  describe(serviceId: string): Promise<OperationRun | null>;
  /** How a run ended: `terminated`, `timed_out`, `unknown to Temporal`; null while it runs. */
  howEnded(serviceId: string, runId: string): Promise<string | null>;
  /**
   * Undoes the abandoned operation of a database, and waits for that.
   * @throws PgrowError `not_ready` when it takes longer than it may; it continues then
   */
  undoAbandoned(serviceId: string, about: { readonly database: string; readonly waitMs: number }): Promise<void>;
  ping(): Promise<void>;
  /**
   * Takes the task queue for a control plane, for good.
   * @throws PgrowError `refused`, which names the control plane that has it
   */
  holdQueue(holder: QueueHolder): Promise<void>;
  /** For a Temporal that was not set up by pgrow. */
  registerSearchAttributes(): Promise<void>;
  /** @throws PgrowError `refused` where one of its name leads elsewhere, or what Temporal says: only administrators may */
  ensureNexusEndpoint(): Promise<void>;
  close(): Promise<void>;
}

export type { WorkflowClientInterceptor as WorkflowInterceptor };

/** Connects at the first call. */
export const createPgrowClient = (
  given: ClientOptions,
  interceptors: readonly WorkflowClientInterceptor[] = [],
): PgrowClient => {
  const { connection, client, namespace, taskQueue, call, briefly } = openTemporal(given, interceptors);
  const { workflow } = client;
  const operationOf = (serviceId: string, runId?: string) => workflow.getHandle(operationWorkflowId(serviceId), runId);
  const describe = (serviceId: string) => briefly(() => readRun(operationOf(serviceId)));

  return {
    start: (name, input, about) =>
      briefly(async () => {
        const options = startOptions(taskQueue, name, input, about);
        const { workflowId } = options;
        try {
          const { firstExecutionRunId } = await workflow.start(name, { ...options, workflowIdConflictPolicy: 'FAIL' });
          return { workflow_id: workflowId, run_id: firstExecutionRunId };
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
          throw runningError(about.database, await describe(input.service_id));
        }
      }),

    open: (name, input, about) =>
      call(() =>
        openOperation(client, {
          workflow: name,
          options: startOptions(taskQueue, name, input, about),
          operation_id: input.operation_id,
          database: about.database,
        }),
      ),

    switchOver: (input, about) =>
      briefly(async () => {
        const options = startOptions(taskQueue, 'switchover', input, about);
        const { workflowId, signaledRunId } = await workflow.signalWithStart('switchover', {
          ...options,
          signal: switchoverSignalName,
          signalArgs: [input],
        });
        const run = await describe(input.service_id);
        const another = run?.run_id === signaledRunId && run.type !== 'switchover';
        if (another) throw runningError(about.database, run);
        return { workflow_id: workflowId, run_id: signaledRunId };
      }),

    result: (serviceId, runId) =>
      call(async () => {
        try {
          return (await operationOf(serviceId, runId).result()) as OperationDocument;
        } catch (error) {
          if (!(error instanceof WorkflowFailedError)) throw error;
          const failure = failureOf(error);
          if (failure instanceof PgrowError) throw failure;
          return failure;
        }
      }),

    tell: (serviceId, message, sender) =>
      briefly(() =>
        sendMessage(connection, operationOf(serviceId), {
          message,
          payload: sender,
          absent: 'no operation is running',
        }),
      ),
    isTakenUp: (serviceId, runId) => briefly(() => isTakenUp(operationOf(serviceId, runId))),
    withdraw: (serviceId, runId, reason) =>
      briefly(async () => {
        await operationOf(serviceId, runId).terminate(reason);
      }),
    workerSeenAgo: () => briefly(() => workerSeenAgo(client, taskQueue)),
    ...windowClient(client, taskQueue, briefly),
    ...deliveryClient(client, taskQueue, briefly),
    verifySnapshot: (input, { database, waitMs }) =>
      call(async () => {
        const handle = await briefly(() =>
          workflow.start('verifySnapshot', {
            workflowId: verificationWorkflowId(input.service_id, input.snapshot),
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: 'USE_EXISTING',
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            typedSearchAttributes: searchAttributePairs(null, { database, stage: null }),
            staticSummary: `verify ${input.snapshot} of ${database}`,
          }),
        );
        const patience = AbortSignal.timeout(waitMs);
        try {
          return (await connection.withAbortSignal(patience, () => handle.result())) as Verification;
        } catch (error) {
          if (patience.aborted) return null;
          if (!(error instanceof WorkflowFailedError)) throw error;
          throw failureOf(error);
        }
      }),
    progress: (serviceId) => briefly(() => operationOf(serviceId).query(progressQuery)),
    describe,
    howEnded: (serviceId, runId) => briefly(() => readEnd(operationOf(serviceId, runId))),
    undoAbandoned: (serviceId, { database, waitMs }) =>
      call(async () => {
        const handle = await briefly(async () => {
          try {
            return await workflow.start('putBackCutOff', {
              workflowId: operationWorkflowId(serviceId),
              taskQueue,
              args: [{ service_id: serviceId }],
              workflowIdConflictPolicy: 'FAIL',
              workflowIdReusePolicy: 'ALLOW_DUPLICATE',
              typedSearchAttributes: searchAttributePairs(null, { database, stage: null }),
              staticSummary: `undo the abandoned operation of ${database}`,
            });
          } catch (error) {
            if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
            throw runningError(database, await describe(serviceId));
          }
        });
        const patience = AbortSignal.timeout(waitMs);
        try {
          await connection.withAbortSignal(patience, () => handle.result());
        } catch (error) {
          if (error instanceof WorkflowFailedError) throw failureOf(error);
          if (!patience.aborted) throw error;
          throw new PgrowError(
            'not_ready',
            `The abandoned operation of ${database} is still being undone. Try again: ./pgrow doctor`,
          );
        }
      }),
    async ping() {
      await briefly(() => connection.workflowService.getSystemInfo({}));
    },
    holdQueue: (holder) => briefly(() => holdQueue(client, taskQueue, holder)),
    registerSearchAttributes: () => briefly(() => registerSearchAttributes(connection, namespace)),
    ensureNexusEndpoint: () => briefly(() => ensureNexusEndpoint(connection, { namespace, taskQueue })),
    close: () => connection.close(),
  };
};
