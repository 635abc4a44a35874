import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { PgrowError } from '../domain/errors.ts';

export interface Migration {
  /** File name, `0001_services.sql`. Their order is the order of the names. */
  readonly name: string;
  readonly sql: string;
}

/** Any number, the same in every release: two starting processes wait for each other. */
const migrationLock = 7_064_711;

/**
 * Whether a schema may be newer than the code: migrations only add to it, so that an older version of the worker can continue
 * beside the one that has applied them.
 */
export type NewerSchema = 'tolerate' | 'refuse';

/** Brings the schema up to date. Migrations never change: one that differs from what was applied is refused. */
export const migrate = async (
  pool: pg.Pool,
  migrations: readonly Migration[],
  newer: NewerSchema = 'refuse',
): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    try {
      await client.query(
        `CREATE TABLE IF NOT EXISTS pgrow_migrations (
           name TEXT PRIMARY KEY, checksum CHAR(64) NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW())`,
      );
      const applied = await client.query<{ name: string; checksum: string }>(
        'SELECT name, checksum FROM pgrow_migrations ORDER BY name',
      );
      for (const migration of pendingMigrations(migrations, applied.rows, newer)) await apply(client, migration);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    }
  } finally {
    client.release();
  }
};

/** @throws PgrowError `needs_operator` where the schema is not one that these migrations made. */
export const pendingMigrations = (
  migrations: readonly Migration[],
  applied: readonly { name: string; checksum: string }[],
  newer: NewerSchema = 'refuse',
): readonly Migration[] => {
  const done = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  const known = new Map(migrations.map((migration) => [migration.name, checksum(migration)]));
  for (const { name, checksum: recorded } of applied) {
    const present = known.get(name);
    if (present === undefined) {
      if (newer === 'tolerate' && pending.length === 0) continue;
      throw new PgrowError(
        'needs_operator',
        `The metadata database has migration ${name}, which this version of pgrow does not know. Start the newer version that applied it.`,
      );
    }
    if (present !== recorded) {
      throw new PgrowError(
        'needs_operator',
        `Migration ${name} has been changed since it was applied. Restore the file as it was and put the change into a new migration.`,
      );
    }
  }
  return pending;
};

export const readMigrations = async (): Promise<readonly Migration[]> => {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })));
};

const checksum = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');

const apply = async (client: pg.PoolClient, migration: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO pgrow_migrations (name, checksum) VALUES ($1, $2)', [
      migration.name,
      checksum(migration),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};
