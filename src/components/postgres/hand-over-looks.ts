import type { WalSender } from '../../domain/left-out.ts';
import type { PostgresConnection } from './connection.ts';

/** What could stretch the stop of a server, or the first write to its successor, while clients wait. */

/** Where the server's WAL ends by now, flushed. */
export const readFlushed = async (connection: PostgresConnection): Promise<string> => {
  const [row] = await connection.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return row!.lsn;
};

/** All receivers of the server's WAL (pg_stat_replication), as of this position of its own. */
export const readWalSenders = async (connection: PostgresConnection, until: string): Promise<readonly WalSender[]> => {
  const rows = await connection.query<WalSender & { unconfirmed_bytes: string | null }>(
    `SELECT r.pid, r.application_name AS name, r.usename AS user, host(r.client_addr) AS address, r.state,
            s.slot_name AS slot, greatest(0, pg_wal_lsn_diff($1::pg_lsn, r.flush_lsn))::bigint AS unconfirmed_bytes
       FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid`,
    [until],
  );
  return rows.map(({ unconfirmed_bytes, ...row }) => ({
    ...row,
    unconfirmed_bytes: unconfirmed_bytes === null ? null : Number(unconfirmed_bytes),
  }));
};

/** Base backups under way, which the stop would end. */
export const readBaseBackups = async (
  connection: PostgresConnection,
): Promise<readonly { readonly pid: number; readonly name: string; readonly address: string | null }[]> =>
  connection.query(
    `SELECT pid, application_name AS name, host(client_addr) AS address
       FROM pg_stat_progress_basebackup JOIN pg_stat_activity USING (pid)`,
  );

/** A prepared transaction outlives the stop and the promotion, and so do its locks. */
export interface PreparedTransaction {
  readonly gid: string;
  readonly owner: string;
  readonly database: string;
  readonly seconds: number;
  /** Whether it keeps probes from writing for as long as it is there. In other databases than the connection's unknown: false. */
  readonly locks_probe: boolean;
}

export const readPreparedTransactions = async (
  connection: PostgresConnection,
): Promise<readonly PreparedTransaction[]> =>
  connection.query(
    `SELECT gid, owner::text AS owner, database::text AS database,
            extract(epoch FROM clock_timestamp() - prepared)::float8 AS seconds,
            EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                     WHERE d.datname = current_database() AND l.relation = to_regclass('pgrow.probe') AND l.pid IS NULL
                       AND l.virtualtransaction = '-1/' || p.transaction::text
                       AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
              AS locks_probe
       FROM pg_prepared_xacts p ORDER BY prepared`,
  );

/** Why a standby does not replay what it has received; null if it says nothing of the kind. */
export const readReplayObstacle = async (connection: PostgresConnection): Promise<string | null> => {
  const [row] = await connection.query<{ paused: string; delay: string; pid: number | null; user: string | null }>(
    `SELECT pg_get_wal_replay_pause_state() AS paused, current_setting('recovery_min_apply_delay') AS delay, q.*
       FROM (SELECT 1) one
       LEFT JOIN LATERAL (SELECT pid, usename::text AS user FROM pg_stat_activity
                           WHERE backend_type = 'client backend' AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
                           ORDER BY xact_start LIMIT 1) q ON true`,
  );
  if (!row) return null;
  if (row.paused !== 'not paused') return 'its replay is paused';
  if (row.delay !== '0') return `its replay is delayed by ${row.delay} (recovery_min_apply_delay)`;
  return row.pid === null ? null : `a query of ${row.user} there may block its replay (pid ${row.pid})`;
};
