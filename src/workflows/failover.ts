import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** The primary is killed, and a replica takes over with what it has. */
export const failover = (input: OperationInput<'failover'>): Promise<OperationDocument> =>
  runOperation('failover', input);
