import type { OperationInput } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { runOperation } from './run-operation.ts';

/** Other resources, settings, extensions or another image, at the stage that there is. */
export const changeDatabase = (input: OperationInput<'changeDatabase'>): Promise<OperationDocument> =>
  runOperation('changeDatabase', input);
