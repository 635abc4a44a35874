import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Everything of a database, for good. */
export const destroyDatabase = (input: OperationInput<'destroyDatabase'>): Promise<OperationDocument> =>
  runOperation('destroyDatabase', input);
