import type { PostgresConnection } from './connection.ts';

/** A standby's connection to what it follows (pg_stat_wal_receiver). */
export interface Receiver {
  readonly status: string;
  /** The node it streams from now, of those it may follow. */
  readonly sender_host: string | null;
  readonly slot: string | null;
  readonly received_lsn: string | null;
  readonly timeline: number | null;
}

/** Null while it is not connected, and on a primary. */
export const readReceiver = async (connection: PostgresConnection): Promise<Receiver | null> => {
  const [row] = await connection.query<Receiver>(
    `SELECT status, sender_host, slot_name AS slot, flushed_lsn::text AS received_lsn, received_tli AS timeline
       FROM pg_stat_wal_receiver`,
  );
  return row ?? null;
};
