import type { OperationRun } from '../client/operation-run.ts';
import { checkpointWorkflowId } from '../domain/naming.ts';
import { foresee, foreseeClosing, foreseeUnbegun } from '../domain/foreseen.ts';
import type { Checkpoint } from '../domain/operation.ts';
import type { OperationMessage } from '../domain/temporal-names.ts';
import type { Store } from '../store/store.ts';
import type { Subject } from './lookup.ts';

interface Addressed {
  readonly subject: Subject;
  readonly run: OperationRun;
  /** Null where it is not known. */
  readonly operation_id: string | null;
}

/**
 * What a running operation would do with a message.
 * @throws PgrowError `refused` with what the message itself would be answered with
 */
export const foreseeMessage = async (
  store: Pick<Store, 'readOperation' | 'readPlan'>,
  message: OperationMessage,
  { subject, run: { workflow_id }, operation_id }: Addressed,
) => {
  const [operation, plan] = operation_id
    ? await Promise.all([store.readOperation(operation_id), store.readPlan(operation_id)])
    : [null, null];
  const would = operation && plan ? foresee(message, { operation, plan }) : foreseeUnbegun(message, subject.name);
  return { operation_id, service_id: subject.id, workflow_id, ...would };
};

/** What `confirm` would do to an open rollback window. */
export const foreseeWindow = async (store: Pick<Store, 'readPlan'>, { id, name }: Subject, checkpoint: Checkpoint) => {
  const plan = await store.readPlan(checkpoint.operation_id);
  return {
    operation_id: checkpoint.operation_id,
    service_id: id,
    workflow_id: checkpointWorkflowId(id),
    ...foreseeClosing({ database: name, checkpoint, plan }),
  };
};
