import type { PostgresConnection } from './connection.ts';

/** What a server says of itself beside its position. */
export interface SelfReport {
  /** `17.6` */
  readonly version: string;
  /** Seconds since the last transaction that it has replayed; 0 where it has replayed all it has, null of one that takes writes. */
  readonly lag_seconds: number | null;
}

export const readSelfReport = async (connection: PostgresConnection): Promise<SelfReport> => {
  const [row] = await connection.query<{ version: string; lag: number | null }>(
    // The packager's name follows the number.
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
            CASE WHEN NOT pg_is_in_recovery() THEN NULL
                 WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                 ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float END AS lag`,
  );
  return { version: row!.version, lag_seconds: row!.lag === null ? null : tenths(Math.max(0, row!.lag)) };
};

const tenths = (seconds: number): number => Math.round(seconds * 10) / 10;

/** Bytes of all databases and of the WAL. It looks at every file: not to be asked often. */
export const readHeldBytes = async (connection: PostgresConnection): Promise<number> => {
  const [row] = await connection.query<{ bytes: string }>(
    `SELECT (SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()) AS bytes`,
  );
  return Number(row!.bytes);
};
