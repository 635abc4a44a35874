import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Writes move to another node. */
export const switchover = (input: OperationInput<'switchover'>): Promise<OperationDocument> =>
  runOperation('switchover', input);
