import { applicationName } from '../../domain/database.ts';
import { roles } from '../../domain/naming.ts';
import type { ServerReading } from '../../domain/samples.ts';
import type { PostgresConnection } from './connection.ts';

/** Those whose sessions are no application's. The pooler looks passwords up with its role. */
const ownRoles = [roles.own, roles.reader, roles.probe, roles.pooler];

/**
 * Counters and gauges of a server, asked in the database that belongs to no application. `name`: of the database it is for. The session's search path is that of
 * pgrow's own logins, `pg_catalog`, so that neither a function nor an operator can be one that an application has defined.
 */
export const readServer = async (connection: PostgresConnection, name: string): Promise<ServerReading> => {
  const [row] = await connection.query<Omit<ServerReading, 'round_trip_ms'>>(statement, [
    applicationName(name),
    ownRoles,
  ]);
  const began = performance.now();
  await connection.query('SELECT 1');
  return { ...row!, round_trip_ms: performance.now() - began };
};

const statement = `
  SELECT pg_catalog.pg_is_in_recovery() AS in_recovery,
         extract(epoch FROM pg_catalog.pg_postmaster_start_time())::pg_catalog.float8 AS started,
         pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                                         ELSE pg_catalog.pg_current_wal_lsn() END, '0/0')::pg_catalog.float8 AS wal_bytes,
         pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.float8 AS xids,
         pg_catalog.current_setting('max_connections')::pg_catalog.int4 AS max_connections,
         activity.*, counted.*
    FROM (SELECT pg_catalog.count(*)::pg_catalog.int4 AS connections,
                 pg_catalog.count(*) FILTER (WHERE state = 'active')::pg_catalog.int4 AS connections_active,
                 pg_catalog.count(*) FILTER (WHERE state = 'idle')::pg_catalog.int4 AS connections_idle,
                 pg_catalog.count(*) FILTER (WHERE state LIKE 'idle in transaction%')::pg_catalog.int4
                   AS connections_idle_in_transaction
            FROM pg_catalog.pg_stat_activity
           WHERE backend_type = 'client backend' AND usename <> ALL ($2)) AS activity
    LEFT JOIN (SELECT xact_commit::pg_catalog.float8 AS commits, xact_rollback::pg_catalog.float8 AS rollbacks,
                      blks_hit::pg_catalog.float8 AS blocks_hit, blks_read::pg_catalog.float8 AS blocks_read
                 FROM pg_catalog.pg_stat_database WHERE datname = $1) AS counted ON true`;

/** In bytes; null if there is no such database. It reads a directory. */
export const readDatabaseSize = async (connection: PostgresConnection, name: string): Promise<number | null> => {
  const [row] = await connection.query<{ bytes: number }>(
    `SELECT pg_catalog.pg_database_size(oid)::pg_catalog.float8 AS bytes
       FROM pg_catalog.pg_database WHERE datname = $1`,
    [applicationName(name)],
  );
  return row?.bytes ?? null;
};
