import type { ComparedTable, Prints, SampledTable } from '../../domain/row-comparison.ts';
import type { PostgresConnection } from './connection.ts';

/**
 * Bytes of a row's long values, as they are stored, up to which the row is read whole. Compressed a hundredfold it still
 * takes a few megabytes. What is longer is never put together in memory: it is read in the pieces that it is stored in.
 */
const wholeRowBytes = 65_536;

/** Milliseconds for one table; what takes longer is left out. */
const tableLimitMs = 20_000;
/** Milliseconds for all of a database, each time. */
const databaseLimitMs = 90_000;

/**
 * Whether the planner would evaluate what an application has defined, in an expression of an index or of statistics: not
 * even to read such a table is safe for another role. What PostgreSQL itself brings has no row in pg_depend.
 */
const evaluatesForeignCode = (oid: string) => `EXISTS (
  SELECT FROM pg_depend
   WHERE refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
     AND (classid = 'pg_class'::regclass AND objid IN (
            SELECT indexrelid FROM pg_index WHERE indrelid = ${oid} AND (indexprs IS NOT NULL OR indpred IS NOT NULL))
       OR classid = 'pg_statistic_ext'::regclass AND objid IN (
            SELECT oid FROM pg_statistic_ext WHERE stxrelid = ${oid} AND stxexprs IS NOT NULL)))`;

/** Every table of the connection's database that a physical copy has as well. Sequences run ahead on a standby. */
export const listTables = async (connection: PostgresConnection): Promise<readonly ComparedTable[]> => {
  const rows = await connection.query<Omit<ComparedTable, 'bytes'> & { bytes: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.oid::text AS oid, t.oid::regclass::text AS toast,
            pg_relation_size(c.oid) + coalesce(pg_relation_size(t.oid), 0) AS bytes,
            coalesce((SELECT json_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
                       WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attlen = -1
                         AND attgenerated <> 'v'), '[]') AS wide_columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
      WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      ORDER BY 1`,
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
};

/**
 * Prints of tables: equal versions of equal rows, equal text. `connection` is a reader's, whose search_path is pg_catalog:
 * nothing that an application has defined is called; a table that cannot be read without has no print. Bounded in bytes by the sample, in memory by the length of a row, and
 * in time.
 */
export const fingerprint = async (
  connection: PostgresConnection,
  tables: readonly SampledTable[],
  { limitMs = databaseLimitMs, onTable }: { readonly limitMs?: number; readonly onTable?: () => void } = {},
): Promise<Prints> => {
  const deadline = performance.now() + limitMs;
  const prints: Record<string, string | null> = {};
  await connection.query(`SET max_parallel_workers_per_gather = 0`);
  await connection.query(`SET statement_timeout = ${tableLimitMs}`);
  for (const table of tables) {
    prints[table.name] = performance.now() > deadline ? null : await printOf(connection, table);
    onTable?.();
  }
  return prints;
};

const printOf = async (connection: PostgresConnection, table: SampledTable): Promise<string | null> => {
  try {
    const { name, oid, toast, percent, bytes } = table;
    const [row] = await connection.query<{ unsafe: boolean }>(
      `SELECT ${evaluatesForeignCode(oid)} OR relkind <> 'r' AS unsafe FROM pg_class WHERE oid = ${oid}`,
    );
    if (row?.unsafe !== false) return null;
    const blocks = percent < 100 ? `TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1)` : '';
    const rows = await sum(connection, `ONLY ${name} row_of_table ${blocks}`, rowHash(table));
    // TABLESAMPLE takes none of these relations: its first blocks, as many on every copy.
    const first =
      percent < 100 ? `WHERE row_of_table.ctid < '(${Math.ceil((bytes * percent) / 100 / 8192)},0)'::tid` : '';
    const values = toast && (await sum(connection, `${toast} row_of_table ${first}`, chunkHash));
    return [rows, values].join(' ');
  } catch (error) {
    if (leftOut.includes(stateOf(error))) return null;
    throw error;
  }
};

const sum = async (connection: PostgresConnection, from: string, hash: string) => {
  const [row] = await connection.query<{ rows: string; sum: string | null }>(
    `SELECT count(*)::text AS rows, sum(${hash}::numeric)::text AS sum FROM ${from}`,
  );
  return `${row!.rows}:${row!.sum ?? 0}`;
};

/** Where a version of a row is and who wrote it, the same on every physical copy. */
const version = `textcat(textin(tidout(row_of_table.ctid)), textin(xidout(row_of_table.xmin)))`;

/**
 * `record_out` instead of a cast to text, which an application can define for its table. The row as a whole is not even
 * fetched where a value of it is long.
 */
const rowHash = ({ wide_columns }: SampledTable): string => {
  const stored = wide_columns.map((column) => `coalesce(pg_column_size(row_of_table.${column}), 0)`).join(' + ') || '0';
  return `hashtextextended(textcat(${version}, CASE WHEN ${stored} <= ${wholeRowBytes}
    THEN textin(record_out(row_of_table.*)) ELSE textin(int4out(${stored})) END), 0::int8)`;
};

/** A piece of a long value, two kilobytes at the most (PostgreSQL manual, 65.2 TOAST). */
const chunkHash = `hashtextextended(textcat(${version}, encode(row_of_table.chunk_data, 'hex')), 0::int8)`;

/**
 * Took too long; locked; no such table or column any more; taken away by replay on a standby; a view by now (PostgreSQL
 * manual, appendix A).
 */
const leftOut: readonly string[] = ['57014', '55P03', '42P01', '42703', '40001', '55000', '42809'];

const stateOf = (error: unknown): string => (error as { cause?: { code?: string } }).cause?.code ?? '';

/** Databases that applications can use. */
export const listDatabases = async (connection: PostgresConnection): Promise<readonly string[]> =>
  (
    await connection.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate',
    )
  ).map((row) => row.datname);
