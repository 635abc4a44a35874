import { PgrowError } from '../../domain/errors.ts';
import { roles } from '../../domain/naming.ts';
import type { PostgresConnection } from './connection.ts';
import { matchesVerifier, scramVerifier } from './scram.ts';

export interface Application {
  readonly role: string;
  readonly database: string;
}

/** The application's role and database, and PgBouncer's look-up. Idempotent. pgrow's own roles are there by then. */
export const ensureRoles = async (
  connection: PostgresConnection,
  application: Application & { readonly password: string },
): Promise<void> => {
  await ensureRole(connection, application.role, application.password);
  await ensureDatabase(connection, application);
  await ensurePoolerLookup(connection);
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const ensureRole = async (connection: PostgresConnection, name: string, password: string): Promise<void> => {
  const [known] = await connection.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  if (!known) await connection.query(`CREATE ROLE ${identifier(name)}`);
  await connection.query(`ALTER ROLE ${identifier(name)} LOGIN`);
  if (await hasPassword(connection, name, password)) return;
  await connection.query(`ALTER ROLE ${identifier(name)} PASSWORD ${literal(scramVerifier(password))}`);
};

/**
 * Whether a password is the one that the server stores for a role. One that is stored already keeps its verifier: with
 * another salt the logins that PgBouncer has learnt from its clients would no longer open connections to the server.
 */
export const hasPassword = async (connection: PostgresConnection, role: string, password: string): Promise<boolean> => {
  const [stored] = await connection.query<{ verifier: string | null }>(
    'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1',
    [role],
  );
  return stored?.verifier != null && matchesVerifier(password, stored.verifier);
};

const ensureDatabase = async (connection: PostgresConnection, { role, database }: Application) => {
  const [known] = await connection.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (!known) await connection.query(`CREATE DATABASE ${identifier(database)} OWNER ${identifier(role)}`);
};

/**
 * PgBouncer's auth_query, so that roles which the application makes can log in through the pooler as well. It refuses whom
 * the server refuses: roles that may not log in, and passwords that have expired (CVE-2025-2291).
 */
const poolerLookup = [
  'CREATE SCHEMA IF NOT EXISTS pgrow',
  `CREATE OR REPLACE FUNCTION pgrow.user_lookup(name text) RETURNS TABLE (usename name, passwd text)
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
     AS $$ SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END
             FROM pg_catalog.pg_authid WHERE rolname = name AND rolcanlogin AND NOT rolsuper AND NOT rolreplication $$`,
  'REVOKE ALL ON FUNCTION pgrow.user_lookup(text) FROM PUBLIC',
  `GRANT USAGE ON SCHEMA pgrow TO ${roles.pooler}`,
  `GRANT EXECUTE ON FUNCTION pgrow.user_lookup(text) TO ${roles.pooler}`,
];

/** The look-up as this version wants it, also in a database of before. Idempotent; `connection` is a superuser's. */
export const ensurePoolerLookup = async (connection: PostgresConnection): Promise<void> => {
  for (const statement of poolerLookup) await connection.query(statement);
};

/**
 * The table of probes in the application's database, for the role that writes them. `connection` is a superuser's, to that
 * database.
 * @throws PgrowError `refused` when the schema is another role's: what a superuser does there would run that role's code
 */
export const ensureProbe = async (connection: PostgresConnection): Promise<void> => {
  await connection.query('CREATE SCHEMA IF NOT EXISTS pgrow');
  const [schema] = await connection.query<{ owner: string; trusted: boolean }>(
    `SELECT rolname AS owner, rolsuper AS trusted
       FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner WHERE nspname = 'pgrow'`,
  );
  if (!schema?.trusted)
    throw new PgrowError(
      'refused',
      `The schema pgrow belongs to the role ${schema?.owner ?? 'unknown'}; pgrow needs that name for itself. Rename the schema and try again.`,
    );
  await connection.query(
    'CREATE TABLE IF NOT EXISTS pgrow.probe (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  // The application wrote the probes once. With a right to delete it could keep the table locked.
  const others = await connection.query<{ name: string }>(
    `SELECT DISTINCT quote_ident(rolname) AS name
       FROM pg_class, aclexplode(relacl) acl JOIN pg_roles r ON r.oid = acl.grantee
      WHERE pg_class.oid = 'pgrow.probe'::regclass AND NOT rolsuper AND rolname <> '${roles.probe}'`,
  );
  for (const { name } of others) await connection.query(`REVOKE ALL ON pgrow.probe FROM ${name}`);
  await connection.query(`GRANT USAGE ON SCHEMA pgrow TO ${roles.probe}`);
  await connection.query(`GRANT SELECT, INSERT, DELETE ON pgrow.probe TO ${roles.probe}`);
  await admit(connection, [roles.probe]);
};

/** The owner of a database may have shut all others out of it. `connection` is a superuser's, to that database. */
export const admit = async (connection: PostgresConnection, names: readonly string[]): Promise<void> => {
  const [{ database } = { database: '' }] = await connection.query<{ database: string }>(
    'SELECT current_database() AS database',
  );
  await connection.query(`GRANT CONNECT ON DATABASE ${identifier(database)} TO ${names.join(', ')}`);
};

/** Old probes go, so that the table stays small. No part of a probe, for which clients may be waiting. */
export const forgetOldProbes = async (connection: PostgresConnection): Promise<void> => {
  await connection.query("DELETE FROM pgrow.probe WHERE at < clock_timestamp() - interval '1 hour'");
};

/** Writes a row and reads it back; one that is there already counts. `locally`: whether or not a standby confirms the commit. */
export const writeProbe = async (
  connection: PostgresConnection,
  id: string,
  { locally = false }: { readonly locally?: boolean } = {},
): Promise<boolean> => {
  if (locally) {
    await connection.query('BEGIN');
    await connection.query('SET LOCAL synchronous_commit = local');
  }
  await connection.query('INSERT INTO pgrow.probe (id) VALUES ($1) ON CONFLICT (id) DO NOTHING', [id]);
  if (locally) await connection.query('COMMIT');
  return readProbe(connection, id);
};

/** Absent is success. */
export const forgetProbe = async (connection: PostgresConnection, id: string): Promise<void> => {
  await connection.query('DELETE FROM pgrow.probe WHERE id = $1', [id]);
};

export const readProbe = async (connection: PostgresConnection, id: string): Promise<boolean> =>
  (await connection.query('SELECT 1 FROM pgrow.probe WHERE id = $1', [id])).length > 0;
