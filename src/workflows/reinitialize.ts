import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Rebuilds one replica. */
export const reinitialize = (input: OperationInput<'reinitialize'>): Promise<OperationDocument> =>
  runOperation('reinitialize', input);
