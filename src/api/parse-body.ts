import type { z } from 'zod';
import { PgrowError, type Problem } from '../domain/errors.ts';
import { invalidInput, problemsOf, rulesOf } from '../domain/input-problems.ts';
import { nestedPoolingBody, type Parts } from './bodies.ts';

type Values<P extends Parts> = { readonly [K in keyof P]: z.output<P[K]> };

/**
 * @param shown paths whose values an error may show; all of them unless the body has secrets
 * @throws PgrowError `invalid_input` with everything that does not fit
 */
export const parseBody = <P extends Parts>(parts: P, body: unknown, shown?: RegExp): Parsed<P> => {
  const { values, problems } = readBody(parts, body);
  const isShown = ({ path, value }: Problem): boolean => value === null || (shown?.test(path) ?? true);
  if (problems.length > 0)
    throw invalidInput(
      'The request',
      problems.map((problem) => (isShown(problem) ? problem : { ...problem, value: hidden })),
    );
  return values;
};

const hidden = '(not shown)';

type Parsed<P extends Parts> = Values<P> & { readonly nestedPooling: NestedPooling };

/**
 * Reads a flat body part by part, with the problems of all parts and of `pooling` inside it at once. Where there are
 * problems not all the values are.
 */
export const readBody = <P extends Parts>(
  parts: P,
  body: unknown,
): { readonly values: Parsed<P>; readonly problems: readonly Problem[] } => {
  const given = asObject(body);
  const nested = given['pooling'];
  const hasNested = nested !== undefined && accepts(parts, 'pooling');
  const own = readParts(parts, given, []);
  const inner = hasNested && isObject(nested) ? readParts(nestedPoolingBody, nested, ['pooling']) : null;
  const problems = [...own.problems, ...(inner?.problems ?? [])];
  return { values: { ...own.values, nestedPooling: inner?.values.pooling ?? null }, problems };
};

export type NestedPooling = z.output<typeof nestedPoolingBody.pooling> | null;

const readParts = <P extends Parts>(parts: P, given: Readonly<Record<string, unknown>>, path: readonly string[]) => {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, schema] of Object.entries(parts)) {
    const input = Object.fromEntries(Object.entries(given).filter(([key]) => namesOf(schema).includes(key)));
    const parsed = schema.safeParse(input);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(...problemsOf(schema, parsed.error, input, path));
  }
  const known = Object.values(parts).flatMap(namesOf);
  for (const key of Object.keys(given).filter((each) => !known.includes(each))) {
    problems.push({
      path: [...path, key].join('.'),
      value: given[key] ?? null,
      allowed: `one of the names ${known.toSorted().join(', ')}`,
    });
  }
  return { values: values as Values<P>, problems };
};

const namesOf = (schema: z.ZodType): string[] => Object.keys(rulesOf(schema).properties ?? {});
const accepts = (parts: Parts, key: string): boolean =>
  Object.values(parts).some((schema) => namesOf(schema).includes(key));
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing at all counts as an object without anything in it. */
export const asObject = (body: unknown): Readonly<Record<string, unknown>> => {
  if (body === undefined || body === null) return {};
  if (isObject(body)) return body;
  throw new PgrowError('malformed_request', 'The body must be a JSON object.');
};
