import type { PostgresConnection } from './connection.ts';

export const reloadConfiguration = async (connection: PostgresConnection): Promise<void> => {
  await connection.query('SELECT pg_reload_conf()');
};

/** When the server last read its configuration, in its own words: they change each time it does. */
export const readLoadTime = async (connection: PostgresConnection): Promise<string> => {
  const [row] = await connection.query<{ at: string }>('SELECT pg_conf_load_time()::text AS at');
  return row!.at;
};

export const checkpoint = async (connection: PostgresConnection): Promise<void> => {
  await connection.query('CHECKPOINT');
};

export const databaseSizeBytes = async (connection: PostgresConnection): Promise<number> => {
  const [row] = await connection.query<{ size: string }>('SELECT sum(pg_database_size(oid)) AS size FROM pg_database');
  return Number(row?.size ?? 0);
};

/** Transactions that PAUSE would have to wait for. `seconds`: how long each is open. */
export const readLongTransactions = async (
  connection: PostgresConnection,
  olderThanSeconds: number,
): Promise<readonly { readonly pid: number; readonly user: string; readonly seconds: number }[]> =>
  connection.query(
    `SELECT pid, usename AS user, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
       FROM pg_stat_activity
      WHERE xact_start < clock_timestamp() - make_interval(secs => $1) AND backend_type = 'client backend'
        AND pid <> pg_backend_pid()`,
    [olderThanSeconds],
  );

/** Whether the server behind a connection is a replica. Any role may ask. */
export const isReplica = async (connection: PostgresConnection): Promise<boolean> => {
  const [row] = await connection.query<{ replica: boolean }>('SELECT pg_is_in_recovery() AS replica');
  return row!.replica;
};
