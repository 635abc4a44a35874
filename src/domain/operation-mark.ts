import { labelNames } from './naming.ts';
import type { OperationDocument, OperationStatus } from './operation.ts';

/**
 * A sign on the Docker engine, beside the nodes of a database, of its last operation. The record may come from a backup; by
 * this sign it shows whether anything has happened since.
 */
export interface OperationMark {
  readonly operation: string;
  readonly state: MarkState;
}

/** `past_return`: still running, and the step after which nothing is undone has begun. */
export type MarkState = OperationStatus | 'past_return';

/** The mark that an operation has by its record. */
export const markOf = ({
  id,
  status,
  steps,
  point_of_no_return,
}: Pick<OperationDocument, 'id' | 'status' | 'steps' | 'point_of_no_return'>): OperationMark => {
  const last = steps.find(({ name }) => name === point_of_no_return);
  const hasBegun = last !== undefined && last.status !== 'pending' && last.waiting !== true;
  return { operation: id, state: status === 'running' && hasBegun ? 'past_return' : status };
};

/** Null for labels of anything else. */
export const markIn = (labels: Readonly<Record<string, string>>): OperationMark | null => {
  const { [labelNames.markedOperation]: operation, [labelNames.markedState]: state } = labels;
  return operation === undefined || state === undefined ? null : { operation, state: state as MarkState };
};
