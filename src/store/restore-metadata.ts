import type pg from 'pg';
import type { BackupManifest } from '../domain/backup.ts';
import { PgrowError } from '../domain/errors.ts';
import { backedUpTables, leftOutTables } from './backup.ts';
import { connectMetadata, toStoreError, type Connection } from './connection.ts';
import { apply, checksum, ensureMigrationsTable, migrationLock, readMigrations, type Migration } from './migrate.ts';

export interface MetadataBackup {
  readonly manifest: BackupManifest;
  /** SHA-256 at its end: what it is known by. */
  readonly checksum: string;
  /** Its lines of rows, in the order in which they were written. */
  readonly rows: () => AsyncIterable<{ readonly table: string; readonly line: string }>;
}

/** What stands in the way of a restore; null for nothing. `done`: this very backup has been restored. */
export type Obstacle = { readonly done: true } | { readonly done: false; readonly why: string };

/** Only looks. */
export const findObstacle = (
  connection: Connection,
  backup: Pick<MetadataBackup, 'checksum'>,
): Promise<Obstacle | null> => withClient(connection, (client) => obstacleIn(client, backup.checksum));

/**
 * Fills empty metadata from a backup, in one transaction: the schema as the backup has it, the rows, then the schema of this
 * version. Every database is held from then on. Does nothing where this very backup has been restored before.
 * @throws PgrowError `refused` where there is something that it would replace
 */
export const restoreMetadata = (connection: Connection, backup: MetadataBackup, version: () => string): Promise<void> =>
  withClient(connection, async (client) => {
    const migrations = await readMigrations();
    const first = migrationsOf(backup.manifest, migrations);
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    const obstacle = await obstacleIn(client, backup.checksum);
    if (obstacle?.done) return;
    if (obstacle) throw new PgrowError('refused', obstacle.why);
    // Empty, but perhaps of a later schema than that of the rows.
    const all = [...backedUpTables.map(({ table }) => table), ...Object.keys(leftOutTables)];
    await client.query(`DROP TABLE IF EXISTS ${all.join(', ')} CASCADE`);
    await ensureMigrationsTable(client);
    for (const migration of first) await apply(client, migration, version);
    await insertRows(client, backup);
    await setSequences(client);
    for (const migration of migrations.filter((each) => !first.includes(each))) await apply(client, migration, version);
    await client.query(
      `INSERT INTO holds (service_id, taken_at)
       SELECT id, $1 FROM services WHERE kind = 'database' AND deleted_at IS NULL`,
      [backup.manifest.taken_at],
    );
    await client.query(beginSteps);
    await client.query(beginRounds);
    // They know no holds, and would act on what is held.
    await client.query(`UPDATE pgrow_migrations SET breaks_older = TRUE WHERE name = '0011_backups.sql'`);
    await client.query('INSERT INTO restorations (checksum, taken_at) VALUES ($1, $2)', [
      backup.checksum,
      backup.manifest.taken_at,
    ]);
    await client.query('COMMIT');
  });

/**
 * Those of the schema that the rows have.
 * @throws PgrowError `refused` where this version does not know one of them, or another of that name
 */
export const migrationsOf = (
  { schema, pgrow }: Pick<BackupManifest, 'schema' | 'pgrow'>,
  known: readonly Migration[],
): readonly Migration[] =>
  schema.map(({ name, checksum: recorded }) => {
    const migration = known.find((each) => each.name === name);
    if (migration && checksum(migration) === recorded) return migration;
    throw new PgrowError(
      'refused',
      `The backup was taken by pgrow ${pgrow}, whose schema has ${name}, which this version does not know. Nothing was touched. Restore it with that version or a later one.`,
    );
  });

const withClient = async <T>(connection: Connection, use: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
  const { pool } = connectMetadata(connection);
  try {
    const client = await pool.connect();
    try {
      return await use(client);
    } finally {
      // Whatever was not committed ends with the connection.
      client.release(true);
    }
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await pool.end();
  }
};

const obstacleIn = async (client: pg.PoolClient, backup: string): Promise<Obstacle | null> => {
  const has = async (table: string): Promise<boolean> =>
    (
      await client.query<{ there: boolean }>(
        'SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1) AS there',
        [table],
      )
    ).rows[0]!.there;
  if (await has('restorations')) {
    const before = await client.query('SELECT FROM restorations WHERE checksum = $1', [backup]);
    if (before.rowCount !== 0) return { done: true };
  }
  const refused = (why: string): Obstacle => ({ done: false, why });
  if (await has('services')) {
    const { rows } = await client.query<{ name: string; gone: boolean }>(
      `SELECT name, deleted_at IS NOT NULL AS gone FROM services WHERE kind = 'database' ORDER BY name`,
    );
    const names = rows.filter(({ gone }) => !gone).map(({ name }) => name);
    if (rows.length > 0)
      return refused(
        `The metadata database holds ${names.length > 0 ? names.join(', ') : 'the history of databases that were destroyed'}. ` +
          'Nothing was touched. A backup is restored into an empty one only.',
      );
  }
  if (await has('leases')) {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM leases WHERE until > clock_timestamp()');
    const [lease] = rows;
    if (lease)
      return refused(
        `The ${lease.name} works with this metadata database. Nothing was touched. Stop the control plane first.`,
      );
  }
  return null;
};

/**
 * Messages under way begin once more: their workflows may be gone with the old Temporal. Where they are not, IDs of theirs must
 * not be used again, because what they stand for would count as sent. Minutes since 1970 are a round that no earlier restoration
 * of the same backup has used. A message may arrive twice.
 */
const beginRounds = `
  UPDATE notification_deliveries
     SET round = greatest(round + 1000, floor(extract(epoch FROM clock_timestamp()) / 60)::int),
         started_at = CASE state WHEN 'pending' THEN NULL ELSE started_at END,
         next_attempt_at = CASE state WHEN 'pending' THEN NULL ELSE next_attempt_at END,
         attempts = CASE state WHEN 'pending' THEN 0 ELSE attempts END`;

/**
 * An operation that was running may have begun more steps since. What never began can be undone as well, but what is not known
 * to have begun would stay. The mark on the engine shows steps from the point of no return on.
 */
const beginSteps = `
  UPDATE operation_steps AS step SET status = 'running'
    FROM operations
   WHERE operations.id = step.operation_id AND operations.status = 'running' AND step.status = 'pending'
     AND step.index < coalesce(
       (SELECT min(last.index) FROM operation_steps AS last
         WHERE last.operation_id = operations.id AND last.name = operations.plan ->> 'point_of_no_return'),
       2147483647)`;

const bytesAtOnce = 1_000_000;

const insertRows = async (client: pg.PoolClient, { rows, manifest }: MetadataBackup): Promise<void> => {
  let batch: string[] = [];
  let bytes = 0;
  let current: string | null = null;
  const flush = async () => {
    if (current !== null && batch.length > 0) await insert(client, current, batch);
    batch = [];
    bytes = 0;
  };
  for await (const { table, line } of rows()) {
    if (!(table in manifest.tables) || !backedUpTables.some((each) => each.table === table))
      throw new PgrowError('refused', `The backup has rows of ${table}, which is no table of pgrow.`);
    if (table !== current || bytes > bytesAtOnce) await flush();
    current = table;
    batch.push(line);
    bytes += line.length;
  }
  await flush();
};

/** Rows go from JSON to JSON inside PostgreSQL: no number and no time is rounded on its way. */
const insert = (client: pg.PoolClient, table: string, lines: readonly string[]) =>
  client.query(
    `INSERT INTO ${table} OVERRIDING SYSTEM VALUE
     SELECT made.* FROM unnest($1::text[]) WITH ORDINALITY AS given (line, position),
            LATERAL json_populate_record(NULL::${table}, given.line::json -> 'row') AS made
      ORDER BY position`,
    [lines],
  );

/** The next row must not get a number that one of these has. */
const setSequences = async (client: pg.PoolClient): Promise<void> => {
  const { rows } = await client.query<{ table: string; column: string }>(
    `SELECT relname AS "table", attname AS "column"
       FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
      WHERE attidentity <> '' AND relnamespace = current_schema()::regnamespace AND relname = ANY ($1)`,
    [backedUpTables.map(({ table }) => table)],
  );
  for (const { table, column } of rows)
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), coalesce(max(${column}), 1), max(${column}) IS NOT NULL) FROM ${table}`,
      [table, column],
    );
};
