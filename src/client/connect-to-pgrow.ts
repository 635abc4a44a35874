import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PgrowError } from '../domain/errors.ts';
import type { OperationInput, OperationWorkflow } from '../domain/inputs.ts';
import { checkpointWorkflowId, operationWorkflowId } from '../domain/naming.ts';
import { stageAfter } from '../domain/stage-after.ts';
import type { Stage } from '../domain/stage.ts';
import type { RollbackRequest, Sender } from '../domain/messages.ts';
import { openOperation } from './open-operation.ts';
import { operationHandle, type Operation, type StartedOperation } from './operation-handle.ts';
import { readRun } from './operation-run.ts';
import { sendMessage, type Answer } from './send-message.ts';
import { openTemporal, startOptions, type ClientOptions, type TemporalCalls } from './temporal-calls.ts';

/** A rollback is started by the window of the last operation, which knows what was kept for it: `rollBack`. */
export type StartableWorkflow = Exclude<OperationWorkflow, 'rollback'>;

/** pgrow, for another service. Every failure is a `PgrowError`, whose `code` says what happened. */
export interface Pgrow {
  /**
   * Starts an operation, and waits a moment for what it begins with. With the same `operation_id` it joins the one that
   * runs. `database`: its name, for the filters of Temporal Web.
   * @throws PgrowError what it was refused with; `operation_running`, which names the one that runs
   */
  start<W extends StartableWorkflow>(
    workflow: W,
    input: OperationInput<W>,
    about?: { readonly database?: string },
  ): Promise<StartedOperation>;
  /** The last operation of a database, running or not, and started by any client; null if Temporal knows of none. */
  operation(serviceId: string): Promise<Operation | null>;
  /**
   * Goes back to the stage before the last operation. Null if no worker has taken the request up: it waits in Temporal.
   * @throws PgrowError `refused`: no rollback window is open, or it is closing; `worker_unavailable`: the window has agreed, and
   *   the rollback has not begun yet
   */
  rollBack(serviceId: string, request?: RollbackRequest): Promise<Operation | null>;
  /**
   * Closes the rollback window of the last operation.
   * @throws PgrowError `refused`: none is open, or it is being rolled back
   */
  confirm(serviceId: string, sender?: Sender): Promise<Answer>;
  close(): Promise<void>;
}

/** Connects at the first call. Name the control plane by its Temporal address, its namespace and its task queue. */
export const connectToPgrow = (options: ClientOptions): Pgrow => {
  const temporal = openTemporal(options);
  const { connection, client, taskQueue, call, briefly } = temporal;
  const tellWindow = (serviceId: string, message: 'confirm' | 'rollback', payload: RollbackRequest) =>
    briefly(() =>
      sendMessage(connection, client.workflow.getHandle(checkpointWorkflowId(serviceId)), {
        message,
        payload,
        absent: 'no rollback window is open',
      }),
    );
  return {
    start: (workflow, input, { database = null } = {}) =>
      call(async () => {
        const { operation_id = randomUUID(), service_id } = input;
        const about = { database: database ?? nameIn(input), stage: stageKnown(workflow, input) };
        const { run, opened } = await openOperation(client, {
          workflow,
          options: startOptions(taskQueue, workflow, { ...input, operation_id }, about),
          operation_id,
          database: about.database ?? `database ${service_id}`,
        });
        return { ...operationHandle(temporal, { service_id, operation_id, ...run }), opened };
      }),
    async operation(serviceId) {
      const run = await last(temporal, serviceId);
      return run && operationHandle(temporal, { service_id: serviceId, ...run });
    },
    async rollBack(service_id, request = {}) {
      const { operation_id = randomUUID() } = request;
      const { takes_effect } = await tellWindow(service_id, 'rollback', { ...request, operation_id });
      if (takes_effect === 'when_a_worker_runs') return null;
      return operationHandle(temporal, { service_id, ...(await untilBegun(temporal, service_id, operation_id)) });
    },
    confirm: (serviceId, sender = {}) => tellWindow(serviceId, 'confirm', sender),
    close: () => connection.close(),
  };
};

const last = async ({ client, briefly }: TemporalCalls, serviceId: string) => {
  const run = await briefly(() => readRun(client.workflow.getHandle(operationWorkflowId(serviceId))));
  return run && { operation_id: run.operation_id, workflow_id: run.workflow_id, run_id: run.run_id };
};

/** Milliseconds that a window has to start the rollback it has agreed to. */
const begunWithinMs = 10_000;
const lookEveryMs = 100;

const untilBegun = async (temporal: TemporalCalls, serviceId: string, operation_id: string) => {
  const deadline = performance.now() + begunWithinMs;
  for (;;) {
    const run = await last(temporal, serviceId);
    if (run?.operation_id === operation_id) return run;
    if (performance.now() > deadline) {
      throw new PgrowError(
        'worker_unavailable',
        `The rollback of database ${serviceId} is agreed and has not begun. Check that a worker runs; operation() finds it once it has.`,
      );
    }
    await delay(lookEveryMs);
  }
};

const nameIn = (input: object): string | null =>
  'name' in input && typeof input.name === 'string' ? input.name : null;

/** The stage that the input alone says. */
const stageKnown = (workflow: StartableWorkflow, input: Parameters<typeof stageAfter>[1] | object) => {
  if (workflow === 'createDatabase' || workflow === 'restoreSnapshot') return 0;
  const isKnown = 'target' in input && input.target !== 'unpooled';
  // A target that there is not is for the workflow to refuse.
  return isKnown ? ((stageAfter(workflow, input, 0) as Stage | undefined) ?? null) : null;
};
