import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { PgrowError } from '../domain/errors.ts';

export interface Migration {
  /** File name, `0001_services.sql`. Their order is the order of the names. */
  readonly name: string;
  readonly sql: string;
}

/** Any number, the same in every release: two starting processes wait for each other. */
export const migrationLock = 7_064_711;

/** As the database knows it. The last two are those of the version that applied it. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  /** Null for one from before this was recorded. */
  readonly applied_by: string | null;
  /** Whether versions that do not know it cannot work with its schema. */
  readonly breaks_older: boolean;
}

/** A line of a migration after which older versions cannot work; without it they continue beside the one that applied it. */
const breaksOlder = /^-- Older versions cannot work with this\.$/m;

/**
 * Brings the schema up to date. Migrations never change: one that differs from what was applied is refused. One that is
 * newer than the code is not, unless it says that older versions cannot work with it: during an update they do.
 * `version`: of pgrow, for people; called only where it is needed. `pauseMs`: before a migration is tried again.
 * @throws PgrowError `metadata_unavailable` where others hold a table for too long
 */
export const migrate = async (
  pool: Pick<pg.Pool, 'connect'>,
  migrations: readonly Migration[],
  version: () => string,
  pauseMs = 1000,
): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    try {
      await ensureMigrationsTable(client);
      const applied = await client.query<AppliedMigration>(
        'SELECT name, checksum, applied_by, breaks_older FROM pgrow_migrations ORDER BY name',
      );
      for (const migration of pendingMigrations(migrations, applied.rows, version))
        await applyInTime(client, migration, version, pauseMs);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    }
  } finally {
    client.release();
  }
};

export const ensureMigrationsTable = async (client: pg.ClientBase): Promise<void> => {
  await client.query(
    `CREATE TABLE IF NOT EXISTS pgrow_migrations (
       name TEXT PRIMARY KEY, checksum CHAR(64) NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW())`,
  );
  await client.query(
    `ALTER TABLE pgrow_migrations
       ADD COLUMN IF NOT EXISTS applied_by TEXT, ADD COLUMN IF NOT EXISTS breaks_older BOOLEAN NOT NULL DEFAULT FALSE`,
  );
};

/** @throws PgrowError `needs_operator` where the schema is not one that this version can work with. */
export const pendingMigrations = (
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  version: () => string,
): readonly Migration[] => {
  const done = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  const known = new Map(migrations.map((migration) => [migration.name, checksum(migration)]));
  for (const { name, checksum: recorded, applied_by, breaks_older } of applied) {
    const present = known.get(name);
    if (present !== undefined && present !== recorded) {
      throw new PgrowError(
        'needs_operator',
        `Migration ${name} has been changed since it was applied. Restore the file as it was and put the change into a new migration.`,
      );
    }
    if (present !== undefined || (!breaks_older && pending.length === 0)) continue;
    const reason = breaks_older
      ? 'which older versions cannot work with'
      : `which this version does not know, and it lacks ${pending[0]?.name}: neither is newer than the other`;
    throw new PgrowError(
      'needs_operator',
      `The metadata database has migration ${name}, ${reason}. It was applied by pgrow ${applied_by ?? 'of another version'}; this is pgrow ${version()}. ` +
        'Nothing was changed. Start that version again, or restore the metadata from a backup made before it was started.',
    );
  }
  return pending;
};

export const readMigrations = async (): Promise<readonly Migration[]> => {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })));
};

export const checksum = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');

/** In the transaction that is open. */
export const apply = async (client: pg.ClientBase, migration: Migration, version: () => string): Promise<void> => {
  await client.query(migration.sql);
  await client.query(
    'INSERT INTO pgrow_migrations (name, checksum, applied_by, breaks_older) VALUES ($1, $2, $3, $4)',
    [migration.name, checksum(migration), version(), breaksOlder.test(migration.sql)],
  );
};

/** A table that is waited for longer keeps everyone else waiting behind the migration: it steps back, and tries again. */
const lockTimeout = '3s';
/** Together shorter than a process that starts beside this one waits for it (`queryLimitMs` of the connection). */
const attempts = 5;
/** lock_not_available, deadlock_detected. */
const lockedOut: readonly unknown[] = ['55P03', '40P01'];

const applyInTime = async (
  client: pg.PoolClient,
  migration: Migration,
  version: () => string,
  pauseMs: number,
): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyAlone(client, migration, version);
    } catch (error) {
      if (!lockedOut.includes((error as { readonly code?: unknown }).code)) throw error;
      if (attempt === attempts) {
        throw new PgrowError(
          'metadata_unavailable',
          `Migration ${migration.name} needs a table of the metadata that other sessions hold; it was tried ${attempts} times. ` +
            'Nothing was changed. End what holds it (pg_stat_activity shows it), and start again.',
        );
      }
      await delay(pauseMs);
    }
  }
};

const applyAlone = async (client: pg.PoolClient, migration: Migration, version: () => string): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`);
    await apply(client, migration, version);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};
