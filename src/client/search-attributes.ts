import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { searchAttributeKeys } from '../workflows/search-attribute-keys.ts';

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { KEYWORD: 2, INT: 3 };
const alreadyExists = 6;

/** Makes the namespace know our search attributes: a start that names an unknown one is refused. */
export const registerSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
  for (const { name, type } of Object.values(searchAttributeKeys)) {
    try {
      const searchAttributes = { [name]: indexedValueTypes[type] };
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== alreadyExists) throw error;
    }
  }
};
