import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { OperationType } from '../domain/operation.ts';
import type { Stage } from '../domain/stage.ts';
import { searchAttributes } from '../domain/temporal-names.ts';

export const searchAttributeKeys = {
  database: defineSearchAttributeKey(searchAttributes.database, 'KEYWORD'),
  operation: defineSearchAttributeKey(searchAttributes.operation, 'KEYWORD'),
  stage: defineSearchAttributeKey(searchAttributes.stage, 'INT'),
} as const;

export interface About {
  /** Name of the database. */
  readonly database: string;
  /** The stage that the operation leads to; null if it leads to none. */
  readonly stage: Stage | null;
}

/** A service that starts an operation need not know the name of the database. */
export interface PartlyKnown extends Omit<About, 'database'> {
  readonly database: string | null;
}

/** `type`: null for what is no operation itself. */
export const searchAttributePairs = (type: OperationType | null, about: PartlyKnown): SearchAttributePair[] => [
  ...(about.database === null ? [] : [{ key: searchAttributeKeys.database, value: about.database }]),
  ...(type === null ? [] : [{ key: searchAttributeKeys.operation, value: type }]),
  ...(about.stage === null ? [] : [{ key: searchAttributeKeys.stage, value: about.stage }]),
];
