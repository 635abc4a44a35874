import { PgrowError } from '../../domain/errors.ts';
import { roles } from '../../domain/naming.ts';
import type { PostgresConnection } from './connection.ts';
import { leastIterations, matchesVerifier, scramVerifier, usualIterations } from './scram.ts';

export interface Roles {
  readonly passwords: {
    readonly replication: string;
    readonly rewind: string;
    readonly pooler: string;
    readonly application: string;
  };
  readonly application: { readonly role: string; readonly database: string };
}

/** Every role that this and any later stage needs, the application's database, and PgBouncer's look-up. Idempotent. */
export const ensureRoles = async (connection: PostgresConnection, { passwords, application }: Roles): Promise<void> => {
  await ensureRole(connection, roles.replication, 'LOGIN REPLICATION', passwords.replication);
  await ensureRole(connection, roles.rewind, 'LOGIN', passwords.rewind);
  await ensureRole(connection, roles.pooler, 'LOGIN', passwords.pooler, leastIterations);
  await ensureRole(connection, application.role, 'LOGIN', passwords.application);
  for (const statement of rewindGrants) await connection.query(statement);
  await ensureDatabase(connection, application);
  for (const statement of poolerLookup) await connection.query(statement);
};

/** The role that compares rows. It passes by row security, whose policies are the application's code. Idempotent. */
export const ensureReader = async (connection: PostgresConnection, password: string): Promise<void> => {
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS';
  await ensureRole(connection, roles.reader, rights, password, leastIterations);
  await connection.query(`GRANT pg_read_all_data TO ${roles.reader}`);
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const ensureRole = async (
  connection: PostgresConnection,
  name: string,
  attributes: string,
  password: string,
  iterations = usualIterations,
) => {
  const [known] = await connection.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (!known) await connection.query(`CREATE ROLE ${identifier(name)}`);
  await connection.query(`ALTER ROLE ${identifier(name)} ${attributes}`);
  await setPassword(connection, name, password, iterations);
};

/**
 * Gives a role its password. One that has it already keeps its verifier: with another salt the logins that PgBouncer
 * has learnt from its clients would no longer open connections to the server.
 */
const setPassword = async (
  connection: PostgresConnection,
  role: string,
  password: string,
  iterations: number,
): Promise<void> => {
  const [stored] = await connection.query<{ verifier: string | null }>(
    'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1',
    [role],
  );
  if (stored?.verifier && matchesVerifier(password, stored.verifier)) return;
  await connection.query(`ALTER ROLE ${identifier(role)} PASSWORD ${literal(scramVerifier(password, { iterations }))}`);
};

const ensureDatabase = async (connection: PostgresConnection, { role, database }: Roles['application']) => {
  const [known] = await connection.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (!known) await connection.query(`CREATE DATABASE ${identifier(database)} OWNER ${identifier(role)}`);
};

/** What pg_rewind needs without being a superuser (PostgreSQL manual, pg_rewind, Notes). */
const rewindGrants = [
  `GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text, boolean, boolean) TO ${roles.rewind}`,
  `GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO ${roles.rewind}`,
  `GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text) TO ${roles.rewind}`,
  `GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO ${roles.rewind}`,
];

/** PgBouncer's auth_query, so that roles which the application makes can log in through the pooler as well. */
const poolerLookup = [
  'CREATE SCHEMA IF NOT EXISTS pgrow',
  `CREATE OR REPLACE FUNCTION pgrow.user_lookup(name text) RETURNS TABLE (usename name, passwd text)
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
     AS $$ SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = name AND NOT usesuper AND NOT userepl $$`,
  'REVOKE ALL ON FUNCTION pgrow.user_lookup(text) FROM PUBLIC',
  `GRANT USAGE ON SCHEMA pgrow TO ${roles.pooler}`,
  `GRANT EXECUTE ON FUNCTION pgrow.user_lookup(text) TO ${roles.pooler}`,
];

/**
 * The table of probes in the application's database. `connection` is a superuser's, to that database.
 * @throws PgrowError `refused` when the schema is another role's: what a superuser does there would run that role's code
 */
export const ensureProbe = async (
  connection: PostgresConnection,
  { role }: Pick<Roles['application'], 'role'>,
): Promise<void> => {
  await connection.query('CREATE SCHEMA IF NOT EXISTS pgrow');
  const [schema] = await connection.query<{ owner: string; trusted: boolean }>(
    `SELECT rolname AS owner, rolsuper AS trusted
       FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner WHERE nspname = 'pgrow'`,
  );
  if (!schema?.trusted)
    throw new PgrowError(
      'refused',
      `The schema pgrow belongs to the role ${schema?.owner ?? 'nobody'}; pgrow needs that name for itself. Rename the schema and try again.`,
    );
  await connection.query(
    'CREATE TABLE IF NOT EXISTS pgrow.probe (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  await connection.query(`GRANT USAGE ON SCHEMA pgrow TO ${identifier(role)}`);
  await connection.query(`GRANT SELECT, INSERT, DELETE ON pgrow.probe TO ${identifier(role)}`);
};

/** Old probes go, so that the table stays small. No part of a probe, for which clients may be waiting. */
export const forgetOldProbes = async (connection: PostgresConnection): Promise<void> => {
  await connection.query("DELETE FROM pgrow.probe WHERE at < clock_timestamp() - interval '1 hour'");
};

/** Writes a row and reads it back; one that is there already counts. */
export const writeProbe = async (connection: PostgresConnection, id: string): Promise<boolean> => {
  await connection.query('INSERT INTO pgrow.probe (id) VALUES ($1) ON CONFLICT (id) DO NOTHING', [id]);
  return readProbe(connection, id);
};

export const readProbe = async (connection: PostgresConnection, id: string): Promise<boolean> =>
  (await connection.query('SELECT 1 FROM pgrow.probe WHERE id = $1', [id])).length > 0;
