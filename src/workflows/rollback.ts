import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** The stage before the last operation, with every write made since. */
export const rollback = (input: OperationInput<'rollback'>): Promise<OperationDocument> =>
  runOperation('rollback', input);
