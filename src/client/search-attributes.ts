import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { searchAttributes } from '../domain/inputs.ts';
import type { OperationType } from '../domain/operation.ts';
import type { Stage } from '../domain/stage.ts';

const database = defineSearchAttributeKey(searchAttributes.database, 'KEYWORD');
const operation = defineSearchAttributeKey(searchAttributes.operation, 'KEYWORD');
const stage = defineSearchAttributeKey(searchAttributes.stage, 'INT');

export interface About {
  /** Name of the database. */
  readonly database: string;
  /** The stage that the operation leads to; null where it leads to none. */
  readonly stage: Stage | null;
}

export const searchAttributePairs = (type: OperationType, about: About): SearchAttributePair[] => [
  { key: database, value: about.database },
  { key: operation, value: type },
  ...(about.stage === null ? [] : [{ key: stage, value: about.stage }]),
];

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { keyword: 2, int: 3 };
const alreadyExists = 6;

/** Makes the namespace know our search attributes: a start that names an unknown one is refused. */
export const registerSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
  for (const [name, type] of [
    [database.name, indexedValueTypes.keyword],
    [operation.name, indexedValueTypes.keyword],
    [stage.name, indexedValueTypes.int],
  ] as const) {
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: type } });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== alreadyExists) throw error;
    }
  }
};
