import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { OperationInput } from '../domain/inputs.ts';
import { checkpointSignals, operationSignals, progressQuery } from '../domain/temporal-names.ts';
import type { Progress } from './steps/progress.ts';

/** Messages to a running operation. Handlers only set state; the operation acts on it. */
export const switchoverSignal = defineSignal(operationSignals.switchover);
export const abortSignal = defineSignal(operationSignals.abort);
export const progress = defineQuery<Progress>(progressQuery);

/** Messages to the checkpoint of the last operation. */
export const confirmSignal = defineSignal(checkpointSignals.confirm);
export const rollbackSignal = defineSignal<[RollbackRequest?]>(checkpointSignals.rollback);
export const checkpointQuery = defineQuery<{ readonly checkpoint: string; readonly open: boolean }>('checkpoint');

/** Who asks for a rollback, and under which id it is to run. */
export interface RollbackRequest {
  readonly operation_id?: string;
  readonly actor?: string;
  readonly options?: OperationInput<'rollback'>['options'];
}
