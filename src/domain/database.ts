import type { DatabaseNetwork } from './addresses.ts';
import type { Held } from './held.ts';
import type { ServerSize } from './server-size.ts';
import type { Settings } from './settings.ts';
import type { HostPorts, Topology } from './topology.ts';

/** The snapshot that a database began with. The database that it was of may be gone since. */
export interface RestoredFrom {
  readonly service_id: string;
  /** Name of the database, as it was then. */
  readonly database: string;
  readonly snapshot: string;
  /** When the snapshot was taken, ISO 8601. */
  readonly taken_at: string;
}

/** A managed database: what the metadata knows about it between two operations. */
export interface Database {
  /** Service id, a UUID. */
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly postgres_major: PostgresMajor;
  /** Id of the control plane it belongs to, eight hexadecimal digits. */
  readonly home: string;
  readonly ports: HostPorts;
  /** Absent from what was made before databases had a subnet of their own. */
  readonly network?: DatabaseNetwork;
  readonly topology: Topology;
  /** Of every server that is made; absent from databases made before there was a choice. */
  readonly size?: ServerSize;
  /**
   * What all its servers are given in place of our own choice; absent if it is not known yet, of a database made by an
   * earlier version.
   */
  readonly settings?: Settings;
  /** What an operator chose, as the server that takes writes has it; absent if nothing was chosen. */
  readonly chosen_settings?: Settings;
  /** What it began with; absent of one that began empty, or was restored before that was recorded. */
  readonly restored_from?: RestoredFrom;
  /** Whether it may not be destroyed; absent if it may. */
  readonly protected?: true;
  /** Absent unless its record comes from a backup and has not been found to be right. */
  readonly held?: Held;
}

/** Those that Debian has: in its suite before the present one, in the present one, and in the next. */
export const postgresMajors = [15, 17, 18] as const;
export type PostgresMajor = (typeof postgresMajors)[number];
export const usualMajor: Extract<PostgresMajor, 17> = 17;

/** The setting is refused by servers that do not know it. */
export const hasTransactionTimeout = (major: PostgresMajor): boolean => major >= 17;

/** Names PostgreSQL, PgBouncer or pgrow use themselves, as identifiers. */
export const reservedNames = [
  'postgres',
  'template0',
  'template1',
  'public',
  'none',
  'replicator',
  'rewind',
  'pgbouncer',
  'pgrow',
  'pgrow_admin',
  'pgrow_reader',
  'pgrow_probe',
];

export const databaseNamePattern = /^[a-z][a-z0-9_-]{0,39}$/;
export const databaseNameRule =
  '1 to 40 characters: a lower-case letter first, then lower-case letters, digits, "-" or "_"; not pg_… or pg-…, not ' +
  reservedNames.join(', ');

/** Whether `name` can be a database: a DNS label, a PostgreSQL identifier and part of a container's name at once. */
export const isDatabaseName = (name: string): boolean => {
  const identifier = applicationName(name);
  return databaseNamePattern.test(name) && !identifier.startsWith('pg_') && !reservedNames.includes(identifier);
};

/** The application's role and PostgreSQL database: the name as an identifier that needs no quotes. */
export const applicationName = (name: string): string => name.replaceAll('-', '_');
