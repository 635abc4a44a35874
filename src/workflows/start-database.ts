import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** A stopped database serves again. */
export const startDatabase = (input: OperationInput<'startDatabase'>): Promise<OperationDocument> =>
  runOperation('startDatabase', input);
