import { Client, Connection, type ConnectionOptions, type WorkflowClientInterceptor } from '@temporalio/client';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../domain/inputs.ts';
import { defaultTaskQueue, operationWorkflowId } from '../domain/naming.ts';
import { searchAttributePairs, type PartlyKnown } from '../workflows/search-attribute-keys.ts';
import { toleratingUnknownAttributes } from './search-attributes.ts';
import { toClientError } from './temporal-errors.ts';

/** `apiKey`, `tls` and `metadata` may be secret. */
export interface ClientOptions extends Pick<ConnectionOptions, 'tls' | 'apiKey' | 'metadata'> {
  /** `host:port`. */
  readonly address: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
}

/** A Temporal, and how it is called: every failure is an error of the catalogue. */
export interface TemporalCalls {
  readonly connection: Connection;
  readonly client: Client;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Without a limit of its own. */
  call<T>(action: () => Promise<T>): Promise<T>;
  /** Within five seconds, in which the client tries again by itself. */
  briefly<T>(action: () => Promise<T>): Promise<T>;
}

const callTimeoutMs = 5000;

/** Connects at the first call. */
export const openTemporal = (
  given: ClientOptions,
  interceptors: readonly WorkflowClientInterceptor[] = [],
): TemporalCalls => {
  const { namespace = 'default', taskQueue = defaultTaskQueue, ...access } = given;
  const connection = Connection.lazy(access);
  const workflow = [...interceptors, toleratingUnknownAttributes];
  const client = new Client({ connection, namespace, interceptors: { workflow } });
  const call = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw toClientError(error, { address: access.address, namespace });
    }
  };
  const briefly = <T>(action: () => Promise<T>): Promise<T> =>
    call(() => connection.withDeadline(Date.now() + callTimeoutMs, action));
  return { connection, client, namespace, taskQueue, call, briefly };
};

/** How an operation's workflow is started, by whichever of Temporal's calls. */
export const startOptions = <W extends OperationWorkflow>(
  taskQueue: string,
  name: W,
  input: OperationInput<W>,
  about: PartlyKnown,
) => ({
  workflowId: operationWorkflowId(input.service_id),
  taskQueue,
  args: [input],
  workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  typedSearchAttributes: searchAttributePairs(operationTypeOf[name], about),
  staticSummary: `${operationTypeOf[name]} ${about.database ?? input.service_id}`,
  memo: { operation_id: input.operation_id ?? null },
});
