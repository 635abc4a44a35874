import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Other options for the pooler, no client dropped. */
export const setPooling = (input: OperationInput<'setPooling'>): Promise<OperationDocument> =>
  runOperation('setPooling', input);
