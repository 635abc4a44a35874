import type pg from 'pg';
import type { BackupManifest } from '../domain/backup.ts';
import { PgrowError } from '../domain/errors.ts';
import { connectMetadata, toStoreError, type Connection } from './connection.ts';
import { readMigrations } from './migrate.ts';

/** Tables whose rows are in a backup, each after those that it refers to, with an order in which rows refer back only. */
export const backedUpTables = [
  { table: 'services', order: 'parent_id NULLS FIRST, id' },
  { table: 'host_ports', order: 'port' },
  { table: 'subnets', order: 'subnet' },
  { table: 'postgres_cluster_state', order: 'id' },
  { table: 'postgres_expansion_events', order: 'created_at, id' },
  { table: 'operations', order: 'started_at, id' },
  { table: 'operation_steps', order: 'operation_id, index' },
  { table: 'idempotency_keys', order: 'project, key' },
  { table: 'snapshots', order: 'service_id, id' },
  { table: 'checkpoints', order: 'timestamp, id' },
  { table: 'secrets', order: 'service_id, name' },
  { table: 'tokens', order: 'hash' },
  { table: 'audit', order: 'id' },
  { table: 'notification_channels', order: 'id' },
  { table: 'notices', order: 'at, id' },
  { table: 'notification_deliveries', order: 'created_at, id' },
] as const;

/** Tables that are not, and why. */
export const leftOutTables: Readonly<Record<string, string>> = {
  pgrow_migrations: 'the manifest names them, and they are applied again',
  observed: 'what was seen last is seen again within seconds',
  changed_databases: 'transactions of this server; those of another have other numbers',
  metrics: 'numbers of a day, of servers that may be others by then',
  tickets: 'they are over within a minute',
  sessions: 'every browser signs in again: a copy of its secrets must not outlive them elsewhere',
  leases: 'who may act at this moment',
  holds: 'after a restore every database is held',
  restorations: 'what these metadata were made from says nothing of others',
};

export type MetadataSummary = Pick<BackupManifest, 'taken_at' | 'schema' | 'databases' | 'tables'>;
export interface MetadataRow {
  readonly table: string;
  /** JSON, as PostgreSQL writes it. */
  readonly row: string;
}

const rowsAtOnce = 100;

/**
 * The metadata as they are at one moment: a summary, then the rows. Everything is read in one transaction, so what is
 * written meanwhile is either in it as a whole or not at all. Changes nothing, not even the schema.
 * @throws PgrowError `metadata_unavailable`; `needs_operator` where a newer version has changed the schema
 */
export async function* readMetadata(connection: Connection): AsyncGenerator<MetadataSummary | MetadataRow> {
  const { pool } = connectMetadata(connection);
  try {
    const client = await pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query("SET LOCAL timezone = 'UTC'");
      await client.query("SET LOCAL bytea_output = 'hex'");
      const { summary, tables } = await summarize(client);
      yield summary;
      for (const each of tables) yield* readTable(client, each);
      await client.query('COMMIT');
    } finally {
      // A reader that stops half-way leaves a transaction open.
      client.release(true);
    }
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await pool.end();
  }
}

type Table = Pick<(typeof backedUpTables)[number], 'table' | 'order'>;

const summarize = async (
  client: pg.PoolClient,
): Promise<{ readonly summary: MetadataSummary; readonly tables: readonly Table[] }> => {
  const schema = await readSchema(client);
  const there = await client.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()',
  );
  // An older schema has fewer.
  const tables = backedUpTables.filter(({ table }) => there.rows.some(({ name }) => name === table));
  const counts: Record<string, number> = {};
  for (const { table } of tables) {
    const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
    counts[table] = rows[0]!.rows;
  }
  const databases = await client.query<MetadataSummary['databases'][number]>(
    `SELECT id, name, project,
            (SELECT json_build_object('id', operation.id, 'type', operation.type, 'status', operation.status)
               FROM operations AS operation WHERE operation.service_id = services.id
              ORDER BY started_at DESC LIMIT 1) AS last_operation
       FROM services WHERE kind = 'database' AND deleted_at IS NULL ORDER BY name`,
  );
  const now = await client.query<{ now: Date }>('SELECT now()');
  const taken_at = now.rows[0]!.now.toISOString();
  return { summary: { taken_at, schema, databases: databases.rows, tables: counts }, tables };
};

const readSchema = async (client: pg.PoolClient): Promise<MetadataSummary['schema']> => {
  const { rows } = await client
    .query<{ name: string; checksum: string }>('SELECT name, checksum FROM pgrow_migrations ORDER BY name')
    .catch((error: unknown) => {
      if ((error as { code?: string }).code !== '42P01') throw error;
      throw new PgrowError('not_ready', 'The metadata database is empty: there is nothing to back up. Run: ./pgrow up');
    });
  const known = new Set((await readMigrations()).map(({ name }) => name));
  const unknown = rows.find(({ name }) => !known.has(name));
  if (unknown)
    throw new PgrowError(
      'needs_operator',
      `The metadata database has migration ${unknown.name}, which this version of pgrow does not know. Back it up with the version that applied it.`,
    );
  return rows;
};

async function* readTable(client: pg.PoolClient, { table, order }: Table): AsyncGenerator<MetadataRow> {
  await client.query(
    `DECLARE backup NO SCROLL CURSOR FOR
       SELECT row_to_json(each)::text AS row FROM (SELECT * FROM ${table} ORDER BY ${order}) AS each`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${rowsAtOnce} FROM backup`);
    for (const { row } of rows) yield { table, row };
    if (rows.length < rowsAtOnce) break;
  }
  await client.query('CLOSE backup');
}
