import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** From any stage to a lower one in one operation, every write kept. */
export const scaleDown = (input: OperationInput<'scaleDown'>): Promise<OperationDocument> =>
  runOperation('scaleDown', input);
