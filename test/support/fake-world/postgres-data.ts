import { randomBytes } from 'node:crypto';

/** What a PostgreSQL volume holds. */
export interface PostgresData {
  readonly systemIdentifier: string;
  readonly slots: Set<string>;
  /** Rows of the application; a physical copy has the same. */
  readonly rows: Set<string>;
  /** Passwords, or what is stored in their place. */
  readonly passwords: Map<string, string>;
  /** By role what ALTER ROLE has set, `name=value`. */
  readonly roleSettings: Map<string, readonly string[]>;
  readonly databases: Set<string>;
  /** Tables that no copy has, `shop.public.sessions`. */
  readonly unlogged: Set<string>;
  readonly logicalSlots: Set<string>;
  readonly tablespaces: Set<string>;
  /** What ALTER SYSTEM has set: a file of the server's, which a base backup takes along and streaming does not. */
  readonly settings: Map<string, string>;
  /** `shop.pg_trgm` */
  readonly extensions: Set<string>;
  timeline: number;
  lsn: number;
  inRecovery: boolean;
  /** Told to take writes, which it does a moment later. */
  promotionOrdered: boolean;
  fenced: boolean;
  /** Position of the checkpoint that ended the server's last run; null while it runs. */
  shutDownAt: number | null;
}

const firstLsn = 0x3000028;

export const initdb = (superuserPassword: string): PostgresData => ({
  systemIdentifier: BigInt(`0x${randomBytes(7).toString('hex')}`).toString(),
  slots: new Set(),
  rows: new Set(),
  passwords: new Map([['postgres', superuserPassword]]),
  roleSettings: new Map(),
  databases: new Set(['postgres']),
  unlogged: new Set(),
  logicalSlots: new Set(),
  tablespaces: new Set(),
  settings: new Map(),
  extensions: new Set(),
  timeline: 1,
  lsn: firstLsn,
  inRecovery: false,
  promotionOrdered: false,
  fenced: false,
  shutDownAt: null,
});

/** A base backup: everything but slots and what concerns the server itself. */
export const baseBackup = (source: PostgresData): PostgresData => ({
  ...source,
  slots: new Set(),
  rows: new Set(source.rows),
  passwords: new Map(source.passwords),
  roleSettings: new Map(source.roleSettings),
  databases: new Set(source.databases),
  unlogged: new Set(),
  logicalSlots: new Set(),
  tablespaces: new Set(source.tablespaces),
  settings: new Map(source.settings),
  extensions: new Set(source.extensions),
  inRecovery: true,
  promotionOrdered: false,
  fenced: false,
  shutDownAt: null,
});

/** What streams: everything but slots. Never takes away: what a broken copy has too much stays visible. */
export const replay = (from: PostgresData, to: PostgresData): void => {
  to.lsn = Math.max(to.lsn, from.lsn);
  to.timeline = Math.max(to.timeline, from.timeline);
  for (const row of from.rows) to.rows.add(row);
  for (const [role, password] of from.passwords) to.passwords.set(role, password);
  for (const [role, settings] of from.roleSettings) to.roleSettings.set(role, settings);
  for (const database of from.databases) to.databases.add(database);
  to.extensions.clear();
  for (const extension of from.extensions) to.extensions.add(extension);
};

/** A copy of a base backup, after the statements that make it a database of its own. */
export const restored = (backup: PostgresData, statements: string): PostgresData => {
  const copy: PostgresData = { ...baseBackup(backup), inRecovery: false };
  const [, superuser, verifier] = /ALTER ROLE (\w+) PASSWORD '([^']+)'/.exec(statements)!;
  copy.passwords.set(superuser!, verifier!);
  for (const [, kind, from, to] of statements.matchAll(/ALTER (ROLE|DATABASE) "(.+)" RENAME TO "(.+)"/g)) {
    if (kind === 'DATABASE' && copy.databases.delete(from!)) copy.databases.add(to!);
    const password = copy.passwords.get(from!);
    if (kind === 'ROLE' && password !== undefined && copy.passwords.delete(from!)) copy.passwords.set(to!, password);
  }
  return copy;
};

/** As PostgreSQL writes positions. */
export const lsnText = (lsn: number): string => `0/${lsn.toString(16).toUpperCase()}`;

/** As pg_rewind does: what its new primary never had is gone. */
export const rewind = (data: PostgresData, to: PostgresData): void => {
  data.rows.clear();
  for (const row of to.rows) data.rows.add(row);
  data.lsn = to.lsn;
  data.timeline = to.timeline;
};
