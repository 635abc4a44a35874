import type { PostgresConnection } from './connection.ts';

/** Content of one table: equal content, equal text. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Above this estimate of rows a table is sampled by block instead of read whole; the same blocks on every copy. */
const wholeTableRows = 200_000;

/**
 * Qualified, and with arguments of exactly the types of PostgreSQL's own functions: a cast or a function that an application
 * has made is never the better match (PostgreSQL manual, 10.3 Functions).
 */
const rowHash = 'pg_catalog.hashtextextended(pg_catalog.textin(pg_catalog.record_out(t.*)), 0::pg_catalog.int8)';

/**
 * Row-level content of every table in the connection's database. Tables of many rows are compared by the same one per
 * cent of their blocks, which physical copies share. Sequences are left out: a standby sees them up to 32 values ahead.
 */
export const fingerprint = async (connection: PostgresConnection): Promise<Fingerprint> => {
  const tables = await connection.query<{ name: string; rows: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.reltuples::bigint AS rows
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      ORDER BY 1`,
  );
  const prints: Record<string, string> = {};
  for (const { name, rows } of tables) {
    const sample = Number(rows) > wholeTableRows ? 'TABLESAMPLE SYSTEM (1) REPEATABLE (1)' : '';
    const [row] = await connection.query<{ rows: string; sum: string | null }>(
      `SELECT pg_catalog.count(*)::pg_catalog.text AS rows, pg_catalog.sum(${rowHash}::pg_catalog.numeric)::pg_catalog.text AS sum
         FROM ${name} t ${sample}`,
    );
    prints[name] = `${row!.rows}:${row!.sum ?? 0}`;
  }
  return prints;
};

/** Databases that applications can use. */
export const listDatabases = async (connection: PostgresConnection): Promise<readonly string[]> =>
  (
    await connection.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate',
    )
  ).map((row) => row.datname);
