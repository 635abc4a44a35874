import type { SearchAttributePair } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { OperationType } from '../domain/operation.ts';
import type { Stage } from '../domain/stage.ts';
import { searchAttributeKeys, searchAttributePairs } from './search-attribute-keys.ts';

/**
 * Of a workflow that this one starts. None if this one was started without any: a namespace that does not know
 * them refuses them.
 */
export const childAttributes = (type: OperationType | null, stage: Stage | null): SearchAttributePair[] => {
  const database = workflowInfo().typedSearchAttributes.get(searchAttributeKeys.database);
  return database === undefined ? [] : searchAttributePairs(type, { database, stage });
};
