import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** A snapshot on request; an open rollback window stays open. */
export const takeSnapshot = (input: OperationInput<'takeSnapshot'>): Promise<OperationDocument> =>
  runOperation('takeSnapshot', input);
