import {
  isGrpcServiceError,
  type CompiledWorkflowOptions,
  type Connection,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { searchAttributeKeys } from '../workflows/search-attribute-keys.ts';
import { isUnknownAttribute, statuses } from './temporal-errors.ts';

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { KEYWORD: 2, INT: 3 };

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
  startWithDetails: (input, next) => unlessUnknown(next, input, { ...input, options: without(input.options) }),
  signalWithStart: (input, next) => unlessUnknown(next, input, { ...input, options: without(input.options) }),
  startUpdateWithStart: (input, next) =>
    unlessUnknown(next, input, { ...input, workflowStartOptions: without(input.workflowStartOptions) }),
};

const without = ({ typedSearchAttributes: _unknown, ...options }: CompiledWorkflowOptions): CompiledWorkflowOptions =>
  options;

const unlessUnknown = async <I, T>(start: (input: I) => Promise<T>, input: I, bare: I): Promise<T> => {
  try {
    return await start(input);
  } catch (error) {
    if (!isUnknownAttribute(error)) throw error;
    return start(bare);
  }
};
