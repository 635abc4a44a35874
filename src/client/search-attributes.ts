import {
  isGrpcServiceError,
  ServiceError,
  type CompiledWorkflowOptions,
  type Connection,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { searchAttributeKeys } from '../workflows/search-attribute-keys.ts';

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { KEYWORD: 2, INT: 3 };
/** https://grpc.io/docs/guides/status-codes/ */
const statuses = { invalidArgument: 3, alreadyExists: 6 };

/** For a person who registers them. */
export const describedAttributes = Object.values(searchAttributeKeys)
  .map(({ name, type }) => `${name} (${type === 'INT' ? 'Int' : 'Keyword'})`)
  .join(', ');

/** Makes the namespace know our search attributes, those that it does not know yet: only its administrators may add any. */
export const registerSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  for (const { name, type } of Object.values(searchAttributeKeys)) {
    if (customAttributes?.[name] !== undefined) continue;
    try {
      const searchAttributes = { [name]: indexedValueTypes[type] };
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== statuses.alreadyExists) throw error;
    }
  }
};

/**
 * A namespace refuses a start with search attributes that it does not know: the workflow then starts without any, and so do
 * those that it starts itself. It is asked each time, so that they appear once someone has registered them.
 */
export const toleratingUnknownAttributes: WorkflowClientInterceptor = {
  startWithDetails: (input, next) =>
    unlessUnknown(
      () => next(input),
      () => next({ ...input, options: without(input.options) }),
    ),
  signalWithStart: (input, next) =>
    unlessUnknown(
      () => next(input),
      () => next({ ...input, options: without(input.options) }),
    ),
  startUpdateWithStart: (input, next) =>
    unlessUnknown(
      () => next(input),
      () => next({ ...input, workflowStartOptions: without(input.workflowStartOptions) }),
    ),
};

const without = ({ typedSearchAttributes: _unknown, ...options }: CompiledWorkflowOptions): CompiledWorkflowOptions =>
  options;

const unlessUnknown = async <T>(start: () => Promise<T>, startWithout: () => Promise<T>): Promise<T> => {
  try {
    return await start();
  } catch (error) {
    if (!isUnknownAttribute(error)) throw error;
    return startWithout();
  }
};

/** As the server says it: "Namespace shop has no mapping defined for search attribute PgrowDatabase". */
const isUnknownAttribute = (error: unknown): boolean => {
  const cause = error instanceof ServiceError ? error.cause : error;
  return (
    isGrpcServiceError(cause) &&
    cause.code === statuses.invalidArgument &&
    /search attribute/i.test(`${cause.message} ${(error as Error).message}`)
  );
};
