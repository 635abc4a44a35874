import { ApplicationFailure, NexusOperationFailure } from '@temporalio/common';
import { HandlerError, operation, service, type PartialOperation } from 'nexus-rpc';
import type { PgrowError } from '../domain/errors.ts';
import type { OperationInput, OperationWorkflow } from '../domain/inputs.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { errorOf, isDocument } from './application-failures.ts';

/**
 * The package entry `pgrow/nexus`: pgrow for workflows of other namespaces, which know neither its task queue nor its
 * workflow IDs. It may be imported in workflow code.
 */

type Operations = { readonly [W in OperationWorkflow]: PartialOperation<OperationInput<W>, OperationDocument> };

/** Each operation is the workflow of its name: it ends when that ends, and cancelling it aborts that. */
export const pgrowService = service('pgrow', {
  createDatabase: operation<OperationInput<'createDatabase'>, OperationDocument>(),
  expand: operation<OperationInput<'expand'>, OperationDocument>(),
  scaleDown: operation<OperationInput<'scaleDown'>, OperationDocument>(),
  setReplicas: operation<OperationInput<'setReplicas'>, OperationDocument>(),
  setPooling: operation<OperationInput<'setPooling'>, OperationDocument>(),
  changeDatabase: operation<OperationInput<'changeDatabase'>, OperationDocument>(),
  rotateDatabase: operation<OperationInput<'rotateDatabase'>, OperationDocument>(),
  switchover: operation<OperationInput<'switchover'>, OperationDocument>(),
  failover: operation<OperationInput<'failover'>, OperationDocument>(),
  reinitialize: operation<OperationInput<'reinitialize'>, OperationDocument>(),
  repair: operation<OperationInput<'repair'>, OperationDocument>(),
  takeSnapshot: operation<OperationInput<'takeSnapshot'>, OperationDocument>(),
  rollback: operation<OperationInput<'rollback'>, OperationDocument>(),
  stopDatabase: operation<OperationInput<'stopDatabase'>, OperationDocument>(),
  startDatabase: operation<OperationInput<'startDatabase'>, OperationDocument>(),
  restoreSnapshot: operation<OperationInput<'restoreSnapshot'>, OperationDocument>(),
  destroyDatabase: operation<OperationInput<'destroyDatabase'>, OperationDocument>(),
} satisfies Operations);

/** Of a control plane with the usual task queue. */
export { defaultNexusEndpoint } from '../domain/naming.ts';

/** What an operation that was called through Nexus failed with. */
export type NexusFailure =
  | { readonly refused: PgrowError }
  /** It had begun: its `status` says how it ended, its `error` why. */
  | { readonly ended: OperationDocument };

/** Null for a failure that is not pgrow's: a time limit, a missing endpoint, a cancellation. */
export const failureOfNexus = (error: unknown): NexusFailure | null => {
  let cause = error instanceof NexusOperationFailure ? error.cause : null;
  // A refusal at the start comes as the handler's error, a later one as the workflow's failure.
  for (; cause instanceof Error; cause = cause.cause as Error | undefined) {
    if (cause instanceof HandlerError) continue;
    const [details] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    if (isDocument(details)) return { ended: details };
    const refused = errorOf(cause);
    if (refused) return { refused };
  }
  return null;
};
