import { z } from 'zod';
import { anything, named } from './document.ts';

export const graphqlAnswer = named(
  'GraphqlAnswer',
  'What GraphQL answers (its specification, section 7).',
  z.strictObject({
    data: anything.nullable().exactOptional(),
    errors: z
      .array(
        z.strictObject({
          message: z.string(),
          locations: z.array(z.strictObject({ line: z.int(), column: z.int() })).exactOptional(),
          path: z.array(z.union([z.string(), z.int()])).exactOptional(),
          extensions: anything.describe('Members of the problem document, such as code, and the request_id.'),
        }),
      )
      .exactOptional(),
  }),
);
