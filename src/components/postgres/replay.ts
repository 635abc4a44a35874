import { replayNeeds } from '../../domain/settings.ts';
import type { PostgresConnection } from './connection.ts';

/** What a standby does with the WAL it receives. */
export interface Replay {
  /** Whether its receiver streams. */
  readonly streams: boolean;
  /** Whether recovery stands still: an operator has paused it, or a limit is below the primary's. */
  readonly paused: boolean;
  readonly limits: Limits;
}

/** Settings that a standby must not have lower than its primary (PostgreSQL manual, Hot Standby, Administrator's Overview). */
export type Limits = Readonly<Record<string, number>>;

export const readReplay = async (connection: PostgresConnection): Promise<Replay> => {
  const [row] = await connection.query<Replay>(
    `SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') AS streams,
            CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() = 'paused' ELSE false END AS paused,
            (SELECT json_object_agg(name, setting::int) FROM pg_settings WHERE name = ANY ($1)) AS limits`,
    [replayNeeds],
  );
  return row!;
};
