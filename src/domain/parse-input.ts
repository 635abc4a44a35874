import type { z } from 'zod';
import { invalidInput, problemsOf } from './input-problems.ts';

/** @throws PgrowError `invalid_input` with every problem: where, the value given, what is allowed */
export const parseInput = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput('The input', problemsOf(schema, result.error, input));
};
