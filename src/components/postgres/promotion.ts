import { PgrowError } from '../../domain/errors.ts';
import type { PostgresConnection } from './connection.ts';

/** pg_promote(wait) looks every 100 ms only, and clients wait meanwhile. */
const pollMs = 3;

/**
 * Makes a standby take writes and waits until it does. A primary already is success.
 * @throws PgrowError `not_ready` when it is still in recovery after `limitMs`
 */
export const promote = async (connection: PostgresConnection, limitMs = 20_000): Promise<void> => {
  if (!(await inRecovery(connection))) return;
  await connection.query('SELECT pg_promote(false)');
  const deadline = performance.now() + limitMs;
  while (await inRecovery(connection)) {
    if (performance.now() > deadline) {
      throw new PgrowError('not_ready', `PostgreSQL was promoted and is still in recovery after ${limitMs} ms.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};

const inRecovery = async (connection: PostgresConnection): Promise<boolean> =>
  (await connection.query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering'))[0]!.recovering;

/**
 * Disconnects replicas, so that a stop of the server does not wait for a slow one. Returns their number.
 * @param names application names; all of them when not given
 */
export const terminateWalSenders = async (connection: PostgresConnection, names?: readonly string[]): Promise<number> =>
  (
    await connection.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE $1::text[] IS NULL OR application_name = ANY($1)`,
      [names ?? null],
    )
  ).length;
