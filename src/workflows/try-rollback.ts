import { executeChild, ParentClosePolicy, uuid4, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { operationWorkflowId } from '../domain/naming.ts';
import type { OperationInput } from '../domain/inputs.ts';
import type { Stage } from '../domain/stage.ts';
import type { RollbackRequest } from './messages.ts';
import type { rollback } from './rollback.ts';
import { childAttributes } from './search-attributes.ts';

/** Seconds a rollback waits for what it needs: while it waits nothing is better. */
const patienceSeconds = 120;

/** What a rollback leads back to, for whoever looks at it in Temporal Web. */
export interface RollbackTarget {
  /** Of the database. */
  readonly name: string;
  readonly stage: Stage;
}

/** Whether it is done. One that was refused, undone or kept out by another operation leaves the window open. */
export const tryRollback = async (
  database: string,
  request: RollbackRequest,
  before?: RollbackTarget,
): Promise<boolean> => {
  const operation_id = request.operation_id ?? uuid4();
  const input: OperationInput<'rollback'> = {
    service_id: database,
    operation_id,
    actor: request.actor ?? 'unknown',
    options: { checkpoint_timeout: patienceSeconds, ...request.options },
  };
  try {
    await executeChild<typeof rollback>('rollback', {
      workflowId: operationWorkflowId(database),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [input],
      typedSearchAttributes: childAttributes('rollback', before?.stage ?? null),
      staticSummary: before ? `rollback ${before.name}` : 'rollback',
      memo: { operation_id },
    });
    return true;
  } catch {
    return false;
  }
};
