import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** More or fewer replicas at the present stage. */
export const setReplicas = (input: OperationInput<'setReplicas'>): Promise<OperationDocument> =>
  runOperation('setReplicas', input);
