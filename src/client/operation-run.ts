import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { PgrowError } from '../domain/errors.ts';
import { operationTypeOf, type OperationWorkflow } from '../domain/inputs.ts';
import type { OperationType } from '../domain/operation.ts';

/** An operation as Temporal knows it. */
export interface OperationRun {
  readonly running: boolean;
  /** Null if the caller let the workflow make one. */
  readonly operation_id: string | null;
  readonly type: OperationType | 'put_back';
  readonly workflow_id: string;
  readonly run_id: string;
  /** ISO 8601. */
  readonly since: string;
}

export const readRun = async (handle: WorkflowHandle): Promise<OperationRun | null> => {
  try {
    const { status, memo, type, runId, startTime } = await handle.describe();
    const operationId = memo?.['operation_id'];
    return {
      running: status.name === 'RUNNING',
      operation_id: typeof operationId === 'string' ? operationId : null,
      type: operationTypeOf[type as OperationWorkflow] ?? 'put_back',
      workflow_id: handle.workflowId,
      run_id: runId,
      since: startTime.toISOString(),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
};

/** How a run ended, in Temporal's word: `terminated`, `timed_out`; null while it runs. */
export const readEnd = async (handle: WorkflowHandle): Promise<string | null> => {
  try {
    const { status } = await handle.describe();
    return status.name === 'RUNNING' ? null : status.name.toLowerCase();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown to Temporal';
    throw error;
  }
};

/** Says which operation stands in the way. */
export const runningError = (database: string, run: OperationRun | null): PgrowError => {
  const which = run
    ? `${run.type} ${run.operation_id ?? `run ${run.run_id}`} has been running since ${run.since}`
    : 'another operation runs';
  return new PgrowError(
    'operation_running',
    `Cannot change ${database} now: ${which}. Wait until it ends, or abort it.`,
    run
      ? {
          problems: [
            {
              path: 'operation',
              value: {
                id: run.operation_id,
                type: run.type,
                since: run.since,
                workflow_id: run.workflow_id,
                run_id: run.run_id,
              },
              allowed: 'one operation at a time',
            },
          ],
        }
      : {},
  );
};
