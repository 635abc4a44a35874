import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Every node stops, and keeps what it holds. */
export const stopDatabase = (input: OperationInput<'stopDatabase'>): Promise<OperationDocument> =>
  runOperation('stopDatabase', input);
