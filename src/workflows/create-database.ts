import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Stage 0: one PostgreSQL with everything a later stage needs. */
export const createDatabase = (input: OperationInput<'createDatabase'>): Promise<OperationDocument> =>
  runOperation('createDatabase', input);
