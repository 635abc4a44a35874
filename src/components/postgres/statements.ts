import { PgrowError } from '../../domain/errors.ts';
import { roles } from '../../domain/naming.ts';
import type {
  CountedStatement,
  CountedStatements,
  LogSettings,
  StatementOrder,
  StatementsWanted,
  UncountedReason,
} from '../../domain/statements.ts';
import type { PostgresConnection } from './connection.ts';

/** What is logged of statements, as it is set for the server. */
export const readLogSettings = async (
  connection: PostgresConnection,
): Promise<Pick<LogSettings, 'slow_ms' | 'failed'>> => {
  const rows = await connection.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_catalog.pg_settings
      WHERE name IN ('log_min_duration_statement', 'log_min_error_statement', 'log_min_messages')`,
  );
  const settingOf = (name: string) => rows.find((each) => each.name === name)?.setting ?? '';
  const slow_ms = Number(settingOf('log_min_duration_statement'));
  const errors = ['log_min_error_statement', 'log_min_messages'].map(settingOf);
  return {
    slow_ms: slow_ms >= 0 ? slow_ms : null,
    failed: !errors.some((least) => ['log', 'fatal', 'panic'].includes(least)),
  };
};

/** Milliseconds for a look at who owns what: longer only where schemas are being changed. */
const lockLimitMs = 500;
/** Milliseconds for all texts: meanwhile no schema can be made. */
const readLimitMs = 3000;

/**
 * What `pg_stat_statements` has counted for a database, asked as a superuser in the database where it is created.
 *
 * The extension lies in a schema that an application may own. Its function is run only if it is the one that the server's library
 * has: written in C, in that library, part of the extension, owned by a superuser, so that no one else can have put it there
 * or can replace it. A schema, however, can be renamed by its owner and another put in its place; so schemas are locked while
 * the function is looked at and run.
 * @param database name of the database whose statements are wanted
 */
export const readStatements = async (
  connection: PostgresConnection,
  database: string,
  wanted: StatementsWanted,
): Promise<CountedStatements | UncountedReason> => {
  const [server] = await connection.query<{ loaded: boolean; replica: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'pg_stat_statements.max') AS loaded,
            pg_catalog.pg_is_in_recovery() AS replica`,
  );
  if (!server?.loaded) return 'not loaded';
  if (server.replica)
    throw new PgrowError('not_ready', 'The server that is asked for its statements takes no writes. Try again.');
  await connection.query('BEGIN');
  try {
    await connection.query(`SET LOCAL lock_timeout = ${lockLimitMs}; SET LOCAL statement_timeout = ${readLimitMs}`);
    await connection.query('LOCK TABLE pg_catalog.pg_namespace IN SHARE MODE');
    const found = await findFunctions(connection);
    if (found.length === 0) return 'not created';
    if (found.some(({ genuine }) => !genuine)) return 'not trusted';
    const schema = found[0]!.schema;
    const has = (name: string) => found.some((each) => each.name === name);
    return {
      since: has('pg_stat_statements_info') ? await readSince(connection, schema) : null,
      statements: await readCounted(connection, schema, database, wanted),
    };
  } catch (error) {
    if (isLate(error)) return 'busy';
    throw error;
  } finally {
    await connection.query('ROLLBACK');
  }
};

/** A limit of the server was reached: lock_not_available, query_canceled. */
const isLate = (error: unknown): boolean =>
  error instanceof PgrowError &&
  ['55P03', '57014'].includes((error.cause as { readonly code?: string } | undefined)?.code ?? '');

interface FoundFunction {
  /** As an identifier in quotes. */
  readonly schema: string;
  readonly name: string;
  readonly genuine: boolean;
}

/** The functions of these names and arguments in the extension's schema. */
const findFunctions = (connection: PostgresConnection): Promise<FoundFunction[]> =>
  connection.query(
    `SELECT pg_catalog.quote_ident(n.nspname) AS schema, p.proname AS name,
            l.lanname = 'c' AND p.probin = '$libdir/pg_stat_statements' AND o.rolsuper
              AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                           WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
                             AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
                             AND d.deptype = 'e') AS genuine
       FROM pg_catalog.pg_extension e
       JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
       JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid
       JOIN pg_catalog.pg_language l ON l.oid = p.prolang
       JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
      WHERE e.extname = 'pg_stat_statements'
        AND (p.proname = 'pg_stat_statements' AND p.proargtypes = '16'::pg_catalog.oidvector
             OR p.proname = 'pg_stat_statements_info' AND p.pronargs = 0)`,
  );

const readSince = async (connection: PostgresConnection, schema: string): Promise<string | null> => {
  const [row] = await connection.query<{ since: Date | null }>(
    `SELECT stats_reset AS since FROM ${schema}.pg_stat_statements_info()`,
  );
  return row?.since?.toISOString() ?? null;
};

const columns: Readonly<Record<StatementOrder, string>> = {
  total: 'total_ms',
  mean: 'mean_ms',
  calls: 'calls',
  rows: 'rows',
};

/** Longer texts are cut: characters. The server keeps them whole, however long they are. */
const longest = 10_000;

/** One that ran inside a function is left out: its time is part of the function's. */
const readCounted = async (
  connection: PostgresConnection,
  schema: string,
  database: string,
  { order, limit }: StatementsWanted,
): Promise<readonly CountedStatement[]> => {
  const rows = await connection.query<CountedStatement>(
    `SELECT counted.*, coalesce(total_ms / nullif(pg_catalog.sum(total_ms) OVER (), 0), 0) AS share
       FROM (SELECT s.queryid::pg_catalog.text AS query_id, r.rolname AS user,
                    CASE WHEN pg_catalog.length(s.query) > $4 THEN pg_catalog.left(s.query, $4) || '…' ELSE s.query END AS statement,
                    s.calls::pg_catalog.float8 AS calls, s.total_exec_time AS total_ms, s.mean_exec_time AS mean_ms,
                    s.rows::pg_catalog.float8 AS rows
               FROM ${schema}.pg_stat_statements(true) AS s
               JOIN pg_catalog.pg_database d ON d.oid = s.dbid AND d.datname = $1
               JOIN pg_catalog.pg_roles r ON r.oid = s.userid AND r.rolname <> ALL ($2)
              WHERE s.toplevel AND s.query IS NOT NULL AND s.queryid IS NOT NULL) AS counted
      ORDER BY ${columns[order]} DESC, query_id LIMIT $3`,
    [database, Object.values(roles).filter((role) => role !== roles.superuser), limit, longest],
  );
  return rows;
};
