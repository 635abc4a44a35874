import { z } from 'zod';

/**
 * What the API answers, as schemas: they are published in the OpenAPI document, and the tests parse every answer with them.
 * Objects are strict here, so that a test finds a member that is not described; the published ones allow more, because later
 * versions add members.
 */

/** An object with a name of its own among the published schemas. */
export const named = <S extends z.ZodType>(id: string, description: string, schema: S): S =>
  schema.meta({ id, description });

/** ISO 8601 in UTC. */
export const moment = z.iso.datetime();
export const milliseconds = z.number().min(0);
export const stage = z.literal([0, 1, 2, 3]).describe('0 single, 1 pooling, 2 replicas, 3 ha');
/** Of every list that comes in pages. */
export const nextCursor = z
  .string()
  .nullable()
  .describe('Continues the list when it is sent as `cursor`; null at its end.');
export const anything = z.record(z.string(), z.unknown());
