import {
  ChildWorkflowFailure,
  executeChild,
  ParentClosePolicy,
  patched,
  TerminatedFailure,
  uuid4,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { operationWorkflowId } from '../domain/naming.ts';
import type { OperationInput } from '../domain/inputs.ts';
import { isPastReturn } from '../domain/operation.ts';
import { documentOf } from './failures.ts';
import type { RollbackTarget } from '../domain/rollback-window.ts';
import type { RollbackRequest, RollbackWorkflow } from './messages.ts';
import { childAttributes } from './search-attributes.ts';

/** Seconds a rollback waits for what it needs: while it waits nothing is better. */
const patienceSeconds = 120;

/**
 * `undone`: it was refused, undone or kept out by another operation, and the window stays open. `unfinished`: past its
 * point of no return, so that what the window keeps may be the primary.
 */
export const tryRollback = async (
  database: string,
  request: RollbackRequest,
  before?: RollbackTarget,
): Promise<'done' | 'undone' | 'unfinished'> => {
  const operation_id = request.operation_id ?? uuid4();
  const input: OperationInput<'rollback'> = {
    service_id: database,
    operation_id,
    actor: request.actor ?? 'unknown',
    // A request by signal was confirmed before; the rollback of a failed stage needs no confirmation.
    confirm: true,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    options: { checkpoint_timeout: patienceSeconds, ...request.options },
  };
  try {
    await executeChild<RollbackWorkflow>('rollback', {
      workflowId: operationWorkflowId(database),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [input],
      typedSearchAttributes: childAttributes('rollback', before?.stage ?? null),
      staticSummary: before ? `rollback ${before.name}` : 'rollback',
      memo: { operation_id },
    });
    return 'done';
  } catch (error) {
    // Ended from outside: how far it had come only the record knows, so nothing that is kept may go. The monitor begins the
    // window again once that has been undone or finished.
    const isCut = error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
    if (isCut && patched('rollback-was-terminated')) return 'unfinished';
    const document = documentOf(error);
    return document && isPastReturn(document) ? 'unfinished' : 'undone';
  }
};
