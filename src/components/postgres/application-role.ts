import type { PostgresConnection } from './connection.ts';

/** A role that logs in, as its server stores it. */
export interface StoredLogin {
  readonly login: boolean;
  readonly expired: boolean;
  /** What is stored in the place of its password; null for none. */
  readonly verifier: string | null;
}

/** Null if there is no such role. `connection` is a superuser's. */
export const readLogin = async (connection: PostgresConnection, role: string): Promise<StoredLogin | null> => {
  const [stored] = await connection.query<StoredLogin>(
    `SELECT rolcanlogin AS login, coalesce(rolvaliduntil < clock_timestamp(), false) AS expired, rolpassword AS verifier
       FROM pg_authid WHERE rolname = $1`,
    [role],
  );
  return stored ?? null;
};

/**
 * Stores what a role's logins are checked against; null for nothing. Neither the server's log nor its statistics get to see
 * it: with a verifier one can try passwords offline.
 */
export const storeVerifier = async (
  connection: PostgresConnection,
  role: string,
  verifier: string | null,
): Promise<void> => {
  const password = verifier === null ? 'NULL' : `'${verifier.replaceAll("'", "''")}'`;
  const silent = [
    "SET LOCAL log_statement = 'none'",
    "SET LOCAL log_min_error_statement = 'panic'",
    'SET LOCAL log_min_duration_statement = -1',
    'SET LOCAL log_min_duration_sample = -1',
    'SET LOCAL log_transaction_sample_rate = 0',
    // Unknown where the library is not loaded, which a name with a point in it may be.
    'SET LOCAL pg_stat_statements.track_utility = off',
  ];
  await connection.query('BEGIN');
  try {
    for (const statement of silent) await connection.query(statement);
    await connection.query(`ALTER ROLE "${role.replaceAll('"', '""')}" PASSWORD ${password}`);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
