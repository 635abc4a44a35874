import type { PostgresMajor } from './database.ts';

/** An extension that pgrow creates in an application's database on request. */
export interface OfferedExtension {
  readonly name: string;
  /** Has to be in `shared_preload_libraries`; absent if the extension works without. */
  readonly library?: string;
  /** That Debian has a package of it for; absent: all. */
  readonly majors?: readonly PostgresMajor[];
}

/**
 * A superuser creates them, and the application owns the schema meanwhile. So there are only those whose scripts are safe
 * there, and that give an application no files, no programs and no connections of the server. They come with PostgreSQL,
 * apart from `hypopg` and `vector` (see images/postgres/Dockerfile).
 */
const offeredExtensions: readonly OfferedExtension[] = [
  { name: 'bloom' },
  { name: 'btree_gin' },
  { name: 'btree_gist' },
  { name: 'citext' },
  { name: 'cube' },
  { name: 'dict_int' },
  { name: 'fuzzystrmatch' },
  { name: 'hstore' },
  { name: 'hypopg' },
  { name: 'intarray' },
  { name: 'isn' },
  { name: 'lo' },
  { name: 'ltree' },
  { name: 'moddatetime' },
  { name: 'pg_buffercache' },
  { name: 'pg_prewarm' },
  { name: 'pg_stat_statements', library: 'pg_stat_statements' },
  { name: 'pg_trgm' },
  { name: 'pgcrypto' },
  { name: 'pgrowlocks' },
  { name: 'pgstattuple' },
  { name: 'seg' },
  { name: 'tablefunc' },
  { name: 'tcn' },
  { name: 'tsm_system_rows' },
  { name: 'tsm_system_time' },
  { name: 'unaccent' },
  { name: 'uuid-ossp' },
  { name: 'vector', majors: [17, 18] },
];

const connects = 'with it an application reaches other hosts from inside the server, among them the nodes of pgrow';
const raw = 'it reads or changes raw pages and files, which is for superusers';
const outdated = 'PostgreSQL has replaced it and keeps it for old applications only';

/** Those that a server may have beside them, and why pgrow does not create them. */
const withheld = new Map(
  Object.entries({
    adminpack: 'it writes and removes files of the server',
    amcheck: raw,
    autoinc: 'identity columns do the same',
    dblink: connects,
    earthdistance: 'its script runs as superuser and calls what an application may have put into its schema',
    file_fdw: 'it reads files of the server and runs programs there',
    intagg: outdated,
    old_snapshot: raw,
    pageinspect: raw,
    pg_freespacemap: raw,
    pg_logicalinspect: raw,
    pg_surgery: raw,
    pg_visibility: raw,
    pg_walinspect: raw,
    plpgsql: 'every database has it already',
    postgres_fdw: connects,
    refint: 'foreign keys do the same',
    xml2: outdated,
  }),
);

/** On servers of this major. */
export const offeredFor = (major: PostgresMajor): readonly OfferedExtension[] =>
  offeredExtensions.filter(({ majors }) => !majors || majors.includes(major));

/** Null if pgrow does not create it on servers of this major. */
export const findOffered = (name: string, major: PostgresMajor): OfferedExtension | null =>
  offeredFor(major).find((extension) => extension.name === name) ?? null;

/** Why an extension cannot be asked for on servers of this major, and which can; null if it can. */
export const extensionRefusal = (name: string, major: PostgresMajor): string | null => {
  const offered = offeredFor(major);
  if (offered.some((extension) => extension.name === name)) return null;
  const allowed = `For PostgreSQL ${major} there are ${offered.map((extension) => extension.name).join(', ')}.`;
  return `Extension ${name} is not offered: ${reasonOf(name, major)}. ${allowed}`;
};

/** The reason alone, as half a sentence; null if it is offered. */
export const whyNotOffered = (name: string, major: PostgresMajor): string | null =>
  findOffered(name, major) ? null : reasonOf(name, major);

const reasonOf = (name: string, major: PostgresMajor): string => {
  const elsewhere = offeredExtensions.find((extension) => extension.name === name)?.majors;
  if (elsewhere) return `Debian has it for PostgreSQL ${elsewhere.join(' and ')}, not for ${major}`;
  const meant = offeredFor(major).find((extension) => lettersOf(extension.name) === lettersOf(name));
  if (meant) return `PostgreSQL calls it ${meant.name}`;
  return withheld.get(name) ?? 'it is not among those that pgrow knows';
};

/** `vector` of `pgvector`, `uuidossp` of `uuid_ossp`. */
const lettersOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/^pg/, '');
