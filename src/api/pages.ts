import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PgrowError } from '../domain/errors.ts';
import { checkWhole, readLimit } from './query-parameters.ts';

interface Limits {
  readonly usual: number;
  readonly most: number;
}

/** Pages of one list. Cursors are opaque to callers: what they contain may change with any version. */
export interface Pages<P> {
  /** @throws PgrowError `invalid_input`, or `malformed_request` for what is no cursor of this list */
  read(request: FastifyRequest): { readonly limit: number; readonly after?: P };
  /** The same of what has not come in a query string. */
  page(given: { readonly limit: number; readonly cursor?: string | null }): {
    readonly limit: number;
    readonly after?: P;
  };
  /** As `next_cursor` has it: null at the end. */
  cursor(next: P | null): string | null;
  /** For the OpenAPI document. */
  readonly rules: { readonly limit: object; readonly cursor: object };
}

/** @param list names the list, so that the cursor of another is refused */
export const pagesOf = <P>(list: string, position: z.ZodType<P>, { usual, most }: Limits): Pages<P> => {
  const written = z.tuple([z.literal(list), position]);
  const readCursor = (cursor: unknown): { readonly after?: P } => {
    if (cursor === undefined || cursor === null) return {};
    const parsed = written.safeParse(typeof cursor === 'string' ? decoded(cursor) : null);
    if (parsed.success) return { after: parsed.data[1] };
    throw new PgrowError(
      'malformed_request',
      'The cursor is not one of this list. Send next_cursor as an answer of this list has it, or no cursor to begin again.',
    );
  };
  return {
    read: (request) => ({
      limit: readLimit(request, { usual, most }),
      ...readCursor((request.query as { cursor?: unknown }).cursor),
    }),
    page: ({ limit, cursor }) => ({ limit: checkWhole('limit', limit, { least: 1, most }), ...readCursor(cursor) }),
    cursor: (next) => (next === null ? null : Buffer.from(JSON.stringify([list, next])).toString('base64url')),
    rules: {
      limit: { type: 'integer', minimum: 1, maximum: most, default: usual, description: 'Entries in one answer.' },
      cursor: { type: 'string', description: 'Where the answer before has ended: its `next_cursor`.' },
    },
  };
};

/** Of what is newest first: a moment to the microsecond, and an id. */
export const newestFirst = (id: z.ZodType<string>) =>
  z.strictObject({ at: z.union([moment, z.literal('infinity')]), id });

/** PostgreSQL knows neither a year 0 nor the character NUL. */
const moment = z.iso.datetime({ precision: 6 }).refine((text) => !text.startsWith('0000'));

const decoded = (cursor: string): unknown => {
  try {
    const text = Buffer.from(cursor, 'base64url').toString();
    return text.includes('\\u0000') ? null : JSON.parse(text);
  } catch {
    return null;
  }
};
