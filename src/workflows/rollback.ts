import type { RollbackWorkflow } from './messages.ts';
import { runOperation } from './run-operation.ts';

/** The stage before the last operation, with every write made since. */
export const rollback: RollbackWorkflow = (input) => runOperation('rollback', input);
