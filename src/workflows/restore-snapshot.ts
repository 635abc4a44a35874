import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** A new database that begins with a copy of a snapshot. */
export const restoreSnapshot = (input: OperationInput<'restoreSnapshot'>): Promise<OperationDocument> =>
  runOperation('restoreSnapshot', input);
