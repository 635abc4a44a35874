import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** To any higher stage in one operation. */
export const expand = (input: OperationInput<'expand'>): Promise<OperationDocument> => runOperation('expand', input);
