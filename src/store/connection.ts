import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { isUnanswered } from '../domain/connection-errors.ts';
import { PgrowError } from '../domain/errors.ts';
import type { Tables } from './tables.ts';

export type Connection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

export type Queries = Kysely<Tables>;

export const connectTimeoutMs = 5000;
/** Milliseconds. On the client's side: a pooler in front of the server would not take it as a setting. */
const queryLimitMs = 30_000;

/** Whatever is asked on a connection after a query that is not answered would wait behind it: the pool replaces it. */
class BoundedClient extends pg.Client {
  override query = ((...query: unknown[]) => {
    const asked: unknown = Reflect.apply(pg.Client.prototype.query, this, query);
    if (asked instanceof Promise) asked.catch((error: unknown) => isUnanswered(error) && this.cut());
    return asked;
  }) as pg.Client['query'];

  private cut(): void {
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

export const connectMetadata = (
  connection: Connection,
  limitMs = queryLimitMs,
): { pool: pg.Pool; queries: Queries } => {
  const target = 'url' in connection ? { connectionString: connection.url } : connection;
  const pool = new pg.Pool({
    ...target,
    max: 10,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: limitMs,
    Client: BoundedClient,
    application_name: 'pgrow',
    keepAlive: true,
  });
  // An idle connection that the server ends is replaced at the next query; unheard, the event would end the process.
  pool.on('error', () => undefined);
  // Nor one in use that is ended between two of its queries: the next query on it fails and says why.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { pool, queries: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }) };
};

const unavailableStates = /^(08|28|3D|53|57P)/;
const unavailableErrors =
  /ECONN|ENOTFOUND|EAI_AGAIN|ENOENT|EPIPE|ETIMEDOUT|timeout|Connection terminated|pool after calling end/i;

/**
 * Turns what pg throws into an error of the catalogue. Only the server's own words are kept: pg's error objects carry
 * the values of the row, which have no business in a workflow history.
 */
export const toStoreError = (error: unknown): PgrowError => {
  if (error instanceof PgrowError) return error;
  const { code, message } = describe(error);
  if (unavailableStates.test(code) || unavailableErrors.test(`${code} ${message}`)) {
    return new PgrowError(
      'metadata_unavailable',
      `The metadata database does not answer: ${message}. Check that it runs and that its address and password are right.`,
    );
  }
  return new PgrowError('internal', `The metadata database refused a query (${code || 'no code'}): ${message}`);
};

const describe = (error: unknown): { code: string; message: string } => {
  const { code, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const text =
    typeof message === 'string' && message !== '' ? message : first instanceof Error ? first.message : String(error);
  return { code: typeof code === 'string' ? code : '', message: text };
};

export const isUniqueViolation = (error: unknown, constraint: string): boolean => {
  const { code, constraint: violated } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return code === '23505' && violated === constraint;
};
