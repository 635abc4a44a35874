import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** One node again, or everything that is missing. */
export const repair = (input: OperationInput<'repair'>): Promise<OperationDocument> => runOperation('repair', input);
