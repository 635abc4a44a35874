/** By what the top statements are the top. */
export const statementOrders = ['total', 'mean', 'calls', 'rows'] as const;
export type StatementOrder = (typeof statementOrders)[number];

export interface StatementsWanted {
  readonly order: StatementOrder;
  readonly limit: number;
}

/** What a server has counted of a statement, whatever its values. */
export interface CountedStatement {
  readonly query_id: string;
  readonly user: string;
  readonly statement: string;
  readonly calls: number;
  readonly total_ms: number;
  readonly mean_ms: number;
  readonly rows: number;
  /** Of the time of all statements of the database: 0 to 1. */
  readonly share: number;
}

/** What `pg_stat_statements` has counted on the server that takes writes. */
export interface CountedStatements {
  /** ISO 8601; null if it is not known. */
  readonly since: string | null;
  readonly statements: readonly CountedStatement[];
}

/** Why there are none. */
export const uncountedReasons = ['not loaded', 'not created', 'not trusted', 'busy'] as const;
export type UncountedReason = (typeof uncountedReasons)[number];

/** Which statements a server writes to its log. */
export interface LogSettings {
  /** Of the server that was asked. */
  readonly node: string;
  readonly container: string;
  /** Milliseconds from which on a statement is logged with its duration; null for none. */
  readonly slow_ms: number | null;
  /** Whether statements that fail are logged with their text. */
  readonly failed: boolean;
}

/** What an operator does to have slow statements logged. */
export const howToLogSlow = ({ container }: Pick<LogSettings, 'container'>): string =>
  `Slow statements are not logged. To log those of half a second and more: docker exec ${container} psql ` +
  `-c "ALTER SYSTEM SET log_min_duration_statement = '500ms'" -c "SELECT pg_reload_conf()"; at stage 3 on every server.`;

const inContainer = (container: string, statement: string) => `docker exec ${container} psql -c "${statement}"`;

/** The same for statements that are not counted. `name`: of the application's database in PostgreSQL. */
export const howToCount = (
  reason: UncountedReason,
  { container, name }: { readonly container: string; readonly name: string },
): string => {
  const says: Record<UncountedReason, string> = {
    'not loaded':
      'Statements are not counted: the server has not loaded pg_stat_statements. Set it, beside what it loads already, then restart it when it suits: ' +
      `${inContainer(container, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")}; at stage 3 on every server. ` +
      'A stop and start of the database restarts it.',
    'not created':
      'Statements are counted, but nothing shows them: the extension pg_stat_statements is missing. Create it: ' +
      `docker exec ${container} psql -d ${name} -c "CREATE EXTENSION pg_stat_statements".`,
    'not trusted':
      'The functions of pg_stat_statements in this database are not those of the extension, or others than superusers may replace ' +
      'them: pgrow does not run them as a superuser. Drop the extension, and create it again in a schema of its own.',
    busy: 'Schemas of the database are being changed, or the server is too busy: pgrow cannot be sure in time whose function it would run. Try again.',
  };
  return says[reason];
};
