import { z } from 'zod';

/** The part of JSON Schema that is read here. */
export interface Published {
  /** To the schema itself, if it has a name. */
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly $defs?: Readonly<Record<string, unknown>>;
}

/**
 * An answer as JSON Schema, with the schemas that have names as `$defs`. Later versions add members, so clients must not refuse
 * those that they do not know.
 */
export const published = (schema: z.ZodType): Published => {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      delete jsonSchema.id;
    },
  });
  return written;
};
