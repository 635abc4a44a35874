import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** The application gets another password. */
export const rotateDatabase = (input: OperationInput<'rotateDatabase'>): Promise<OperationDocument> =>
  runOperation('rotateDatabase', input);
