import type { PostgresConnection } from './connection.ts';

/** A replica as its upstream sees it (pg_stat_replication). */
export interface ReplicaStatus {
  readonly name: string;
  readonly state: string;
  readonly sync_state: string;
  /** Bytes between what the upstream has and what the replica has replayed. */
  readonly lag_bytes: number;
  /** Through which it streams; null without one. */
  readonly slot: string | null;
}

export const readReplication = async (connection: PostgresConnection): Promise<readonly ReplicaStatus[]> => {
  const rows = await connection.query<ReplicaStatus & { lag_bytes: string | null }>(
    // A replica that has just connected has not said yet what it has replayed: then it is behind by everything.
    `SELECT application_name AS name, state, sync_state, slot_name AS slot,
            pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                            coalesce(replay_lsn, '0/0'))::bigint AS lag_bytes
       FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
      WHERE application_name <> 'pg_basebackup'`,
  );
  return rows.map((row) => ({ ...row, lag_bytes: Math.max(0, Number(row.lag_bytes ?? 0)) }));
};

/** Physical, with WAL kept from now on. Present is success. */
export const ensureReplicationSlot = async (connection: PostgresConnection, slot: string): Promise<void> => {
  await connection.query(
    `SELECT pg_create_physical_replication_slot($1, true)
      WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1)`,
    [slot],
  );
};

/** Absent is success. A receiver that still uses it is disconnected first. */
export const dropReplicationSlot = async (connection: PostgresConnection, slot: string): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await connection.query(
        'SELECT pg_terminate_backend(active_pid, 2000) FROM pg_replication_slots WHERE slot_name = $1 AND active',
        [slot],
      );
      await connection.query(
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
        [slot],
      );
      return;
    } catch (error) {
      // A replica may reconnect between the two statements.
      if (attempt >= 10) throw error;
    }
  }
};

/** Physical ones: logical slots belong to the application. */
export const listReplicationSlots = async (connection: PostgresConnection): Promise<readonly string[]> =>
  (
    await connection.query<{ slot_name: string }>(
      "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'physical'",
    )
  ).map((row) => row.slot_name);

/** What a physical slot holds back (pg_replication_slots). */
export interface SlotStatus {
  readonly name: string;
  readonly active: boolean;
  /** `reserved`, `extended`, `unreserved` or `lost`; null while it keeps nothing. */
  readonly wal_status: string | null;
  /** Bytes of WAL kept for it. */
  readonly kept_bytes: number;
}

export const readSlots = async (connection: PostgresConnection): Promise<readonly SlotStatus[]> => {
  const rows = await connection.query<Omit<SlotStatus, 'kept_bytes'> & { kept: string | null }>(
    `SELECT slot_name AS name, active, wal_status,
            pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                            restart_lsn)::bigint AS kept
       FROM pg_replication_slots WHERE slot_type = 'physical' ORDER BY slot_name`,
  );
  return rows.map(({ kept, ...slot }) => ({ ...slot, kept_bytes: Math.max(0, Number(kept ?? 0)) }));
};

/** Where a server is: what it has written as a primary, or received and replayed as a standby. */
export interface Position {
  readonly in_recovery: boolean;
  readonly lsn: string;
  readonly receive_lsn: string | null;
  readonly timeline: number;
  readonly system_identifier: string;
}

export const readPosition = async (connection: PostgresConnection): Promise<Position> => {
  const [row] = await connection.query<Position>(
    `SELECT pg_is_in_recovery() AS in_recovery,
            (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
            pg_last_wal_receive_lsn()::text AS receive_lsn,
            -- The control file keeps the timeline of before a promotion until the next checkpoint has ended.
            CASE WHEN pg_is_in_recovery()
              THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint()))
              ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline,
            (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier`,
  );
  return row!;
};

/** The end of what a server has replayed. */
export interface WalEnd {
  readonly in_recovery: boolean;
  readonly lsn: string;
  /** The latest of which it has any WAL. */
  readonly timeline: number;
  /** Whether nothing is left to replay of what it had when it started: a standby asks for more only then. */
  readonly complete: boolean;
}

export const readWalEnd = async (connection: PostgresConnection): Promise<WalEnd> => {
  const [row] = await connection.query<WalEnd>(
    // The control file and the receiver know of a new timeline late or not at all; the names of the segments know at once.
    `SELECT pg_is_in_recovery() AS in_recovery,
            (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
            NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() IS NOT NULL AS complete,
            (SELECT max(('x' || substr(name, 1, 8))::bit(32)::int) FROM pg_ls_waldir()
              WHERE name ~ '^[0-9A-F]{24}$') AS timeline`,
  );
  return row!;
};

/** How far the base backup to this address is (pg_stat_progress_basebackup); null while none runs. */
export const readBaseBackupProgress = async (
  connection: PostgresConnection,
  receiver: string,
): Promise<{ readonly streamed_bytes: number; readonly total_bytes: number } | null> => {
  const [row] = await connection.query<{ streamed: string | null; total: string | null }>(
    `SELECT backup_streamed AS streamed, backup_total AS total
       FROM pg_stat_progress_basebackup JOIN pg_stat_activity USING (pid)
      WHERE client_addr = $1::inet`,
    [receiver],
  );
  if (row?.streamed == null) return null;
  return { streamed_bytes: Number(row.streamed), total_bytes: Number(row.total ?? row.streamed) };
};
