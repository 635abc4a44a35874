import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import { openedUpdateName } from '../domain/temporal-names.ts';
import type { Opened } from '../domain/messages.ts';
import { isTakenUp } from './acceptance.ts';
import { readRun, runningError } from './operation-run.ts';
import { refusalIn } from './temporal-errors.ts';

export interface StartedRun {
  readonly workflow_id: string;
  readonly run_id: string;
}

export interface OpenedRun {
  readonly run: StartedRun;
  /** Null if no worker has answered yet: the operation is accepted, and waits for one. */
  readonly opened: Opened | null;
}

interface Opening {
  readonly workflow: string;
  readonly options: WorkflowStartOptions & { readonly workflowId: string };
  readonly operation_id: string;
  /** Name of the database. */
  readonly database: string;
}

/** Time within which a worker takes it up, however busy; without one the answer does not wait longer. */
const takenUpWithinMs = 1800;
/** Time that a worker gets to plan it once it has answered at all: nodes that hang are waited for. */
const openedWithinMs = 30_000;
/** Time for one that has taken it up and says nothing: busy, or frozen. */
const heardWithinMs = 5000;
const calledWithinMs = 5000;

/**
 * Starts an operation, and hears from its workflow, which plans it, what it begins with. The same operation again
 * joins the one that runs.
 * @throws PgrowError what it was refused with; `operation_running`, which names the one that runs
 */
export const openOperation = async (client: Client, opening: Opening): Promise<OpenedRun> => {
  const { run, answer } = await startOrJoin(client, opening);
  const later = { run, opened: null };
  if (answer === null) return later;
  try {
    return { run, opened: await answer() };
  } catch (error) {
    const refusal = refusalHeard(error);
    if (refusal) throw refusal;
    // Whatever else it is, the operation is started: no worker has answered in time, or it is of a version that does not
    // know the question, or Temporal takes no question because the worker died over the first task.
    return later;
  }
};

interface Started {
  readonly run: StartedRun;
  /** Asks for the plan; null if no worker has taken it up. */
  readonly answer: (() => Promise<Opened | null>) | null;
}

const startOrJoin = async (client: Client, opening: Opening): Promise<Started> => {
  const { workflow, options, operation_id, database } = opening;
  const { workflowId: workflow_id } = options;
  const start = { ...options, workflowIdConflictPolicy: 'FAIL' as const };
  try {
    const update = await client.withDeadline(Date.now() + takenUpWithinMs, () =>
      client.workflow.startUpdateWithStart<() => Promise<unknown>, Opened, []>(openedUpdateName, {
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: new WithStartWorkflowOperation(workflow, start),
      }),
    );
    const answer = () => client.withDeadline(Date.now() + openedWithinMs, () => update.result());
    return { run: { workflow_id, run_id: update.workflowRunId! }, answer };
  } catch (error) {
    const [isLate, isRunning] = [
      error instanceof WorkflowUpdateRPCTimeoutOrCancelledError,
      error instanceof WorkflowExecutionAlreadyStartedError,
    ];
    if (!isLate && !isRunning) throw error;
    return client.withDeadline(Date.now() + calledWithinMs, async () => {
      const known = await readRun(client.workflow.getHandle(workflow_id));
      if (known?.operation_id === operation_id) return join(client, { workflow_id, run_id: known.run_id });
      if (isRunning || known?.running) throw runningError(database, known);
      // Temporal was too slow for both.
      const { firstExecutionRunId: run_id } = await client.workflow.start(workflow, start);
      return { run: { workflow_id, run_id }, answer: null };
    });
  }
};

const join = async (client: Client, run: StartedRun): Promise<Started> => {
  const isTaken = await isTakenUp(client.workflow.getHandle(run.workflow_id, run.run_id));
  return { run, answer: isTaken ? () => hearOpened(client, run) : null };
};

/** What the workflow that was asked has refused to begin with; null where the error says nothing of that. */
export const refusalHeard = (error: unknown): PgrowError | null => {
  if (error instanceof PgrowError) return error;
  return error instanceof WorkflowUpdateFailedError ? refusalIn(error) : null;
};

/**
 * Asks a run what it begins with; null if it has ended since, or is done already.
 * @throws what `refusalHeard` reads, or what the client throws: no worker has answered in time
 */
export const hearOpened = async (client: Client, { workflow_id, run_id }: StartedRun): Promise<Opened | null> => {
  const handle = client.workflow.getHandle(workflow_id, run_id);
  try {
    return await client.withDeadline(Date.now() + heardWithinMs, () =>
      handle.executeUpdate<Opened, []>(openedUpdateName),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  try {
    await handle.result();
  } catch (error) {
    const refusal = error instanceof WorkflowFailedError && refusalIn(error);
    if (refusal) throw refusal;
  }
  return null;
};
