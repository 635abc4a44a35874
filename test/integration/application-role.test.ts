import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as postgres from '../../src/components/postgres/index.ts';
import type { PostgresConnection } from '../../src/components/postgres/index.ts';
import { ports, roles } from '../../src/domain/naming.ts';
import type { SessionDependencies } from '../../src/nodes/dependencies.ts';
import { secretNames } from '../../src/nodes/secrets.ts';
import { openSession, type Session } from '../../src/nodes/session.ts';
import { dialTcp } from '../../src/platform/dial-tcp.ts';
import { startMetadataServer, query, type MetadataServer } from '../support/metadata.ts';
import { sampleDatabase } from '../support/sample-database.ts';

/** What the application's role tries on a real server that has pgrow's roles, and what pgrow's own sessions make of it. */

const passwords = Object.fromEntries(secretNames.map((name) => [name, randomBytes(12).toString('hex')])) as Record<
  (typeof secretNames)[number],
  string
>;
const shop = sampleDatabase('shop');
const [node] = shop.topology.nodes.filter(({ kind }) => kind === 'postgres');

let server: MetadataServer;
let address: string;
let session: Session;

beforeAll(async () => {
  server = await startMetadataServer();
  const url = new URL(await server.newDatabase());
  url.pathname = '/postgres';
  address = url.hostname;
  await query(url.href, postgres.ownRolesScript({}, passwords, 17));
  session = await openSession(dependencies(), shop.id);
  const application = { role: 'shop', database: 'shop', password: passwords.application };
  await session.asSuperuser(node!, (connection) => postgres.ensureRoles(connection, application));
  await session.asSuperuserIn(node!, 'shop', postgres.ensureProbe);
});
afterAll(() => server.stop());

const dependencies = () =>
  ({
    store: { readDatabase: async () => shop, readSecrets: async () => passwords },
    components: { postgres },
    platform: {
      inspectContainer: async () => ({ running: true, address }),
      dial: async (_: unknown, port: number, limitMs: number) => dialTcp(address, port, limitMs),
    },
  }) as unknown as SessionDependencies;

const asApplication = async <T>(use: (client: pg.Client) => Promise<T>, database = 'shop'): Promise<T> => {
  const client = new pg.Client({ host: address, user: 'shop', password: passwords.application, database });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};
const attempt = (sql: string, database?: string) => asApplication((client) => client.query(sql), database);

describe('the application', () => {
  test.each([
    ['reads no password that the server keeps', 'SELECT rolpassword FROM pg_authid'],
    ['reads none by the older view', 'SELECT passwd FROM pg_shadow'],
    ['runs no program', `COPY (SELECT 1) TO PROGRAM 'touch /tmp/run'`],
    ['reads no file by COPY', `CREATE TABLE lines (line text); COPY lines FROM '/etc/pgrow/pgpass'`],
    ['writes none by COPY', `COPY (SELECT 1) TO '/var/lib/postgresql/fenced'`],
    ['reads none by a function', `SELECT pg_read_file('/etc/pgrow/pgpass')`],
    ['lists no directory', `SELECT pg_ls_dir('/etc/pgrow')`],
    ['imports no file as a large object', `SELECT lo_import('/etc/pgrow/pgpass')`],
    ['exports none', `SELECT lo_export(lo_create(0), '/var/lib/postgresql/fenced')`],
    ['makes itself no superuser', 'ALTER ROLE shop SUPERUSER'],
    ['gives itself no right to make roles', 'ALTER ROLE shop CREATEROLE'],
    ['streams no WAL', 'ALTER ROLE shop REPLICATION'],
    ['makes no slot that keeps WAL', `SELECT pg_create_physical_replication_slot('mine')`],
    ['becomes no other role', `SET ROLE ${roles.own}`],
    ['logs in as no other role', `SET SESSION AUTHORIZATION ${roles.own}`],
    ['joins no other role', `GRANT ${roles.own} TO shop`],
    ['joins no role that reads everything', 'GRANT pg_read_all_data TO shop'],
    ["changes no setting of pgrow's roles", `ALTER ROLE ${roles.probe} SET search_path = public`],
    ['changes none of them in its own database', `ALTER ROLE ${roles.probe} IN DATABASE shop SET search_path = public`],
    ["changes no password of pgrow's roles", `ALTER ROLE ${roles.reader} PASSWORD 'mine'`],
    ['changes no setting of all roles', 'ALTER ROLE ALL SET search_path = public'],
    [
      "chooses no rights for what pgrow's roles make",
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${roles.own} GRANT ALL ON TABLES TO shop`,
    ],
    [
      'has nothing run at logins or changes of others',
      `CREATE FUNCTION fire() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; CREATE EVENT TRIGGER fire ON ddl_command_end EXECUTE FUNCTION fire()`,
    ],
    [
      "defines nothing among the server's own functions",
      'CREATE FUNCTION pg_catalog.now(integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
    ],
    ['writes no code in C', `CREATE FUNCTION run() RETURNS integer LANGUAGE c AS 'libc.so.6', 'system'`],
    ['loads no library', `LOAD 'auto_explain'`],
    ['adds no extension that reads files', 'CREATE EXTENSION file_fdw'],
    ['adds none that connects elsewhere', 'CREATE EXTENSION dblink'],
    ['changes no setting of the server', `ALTER SYSTEM SET work_mem = '1GB'`],
    ["reads no one's settings from files", 'SELECT * FROM pg_hba_file_rules'],
    ['has no setting of a superuser', 'SET session_replication_role = replica'],
    ['subscribes to no other server', `CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1' PUBLICATION all_tables`],
    ['writes no probe', `INSERT INTO pgrow.probe (id) VALUES ('mine')`],
    ["puts nothing into pgrow's schema", 'CREATE TABLE pgrow.mine ()'],
    ["drops none of pgrow's tables", 'DROP TABLE pgrow.probe'],
  ])('%s', async (_, sql) => {
    await expect(attempt(sql)).rejects.toThrow(
      /permission denied|must be|must have|[Oo]nly roles with|not available|not allowed/,
    );
  });

  test.each([
    ["asks the pooler's look-up for no password", `SELECT * FROM pgrow.user_lookup('${roles.reader}')`],
    ['makes nothing in the database that belongs to no application', 'CREATE TABLE public.mine ()'],
  ])('%s', async (_, sql) => {
    await expect(attempt(sql, 'postgres')).rejects.toThrow('permission denied');
  });

  test("sees no statement of pgrow's sessions, and ends none of them", async () => {
    const seen = await session.asSuperuserIn(node!, 'shop', async (own) => {
      const [{ pid } = { pid: 0 }] = await own.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const { rows } = await asApplication((client) =>
        client.query<{ query: string }>('SELECT query FROM pg_stat_activity WHERE pid = $1', [pid]),
      );
      await expect(attempt(`SELECT pg_terminate_backend(${pid})`)).rejects.toThrow('permission denied');
      await expect(attempt(`SELECT pg_cancel_backend(${pid})`)).rejects.toThrow('permission denied');
      expect(await own.query('SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
      return rows;
    });
    expect(seen).toEqual([{ query: '<insufficient privilege>' }]);
  });
});

/** Everything that the owner of a database may choose for all sessions in it. */
const hostile: Readonly<Record<string, string>> = {
  search_path: 'public, pg_catalog',
  role: 'shop',
  statement_timeout: '1ms',
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  idle_session_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  transaction_timeout: '1ms',
  lock_timeout: '1ms',
  standard_conforming_strings: 'off',
  exit_on_error: 'on',
  tcp_user_timeout: '1ms',
  local_preload_libraries: 'nothing_of_this_name',
  DateStyle: 'German',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '-10',
};

describe('settings that the application has chosen for its database', () => {
  const own = (use: (connection: PostgresConnection) => Promise<unknown>) => session.asSuperuserIn(node!, 'shop', use);
  const reader = (use: (connection: PostgresConnection) => Promise<unknown>) => session.asReader(node!, 'shop', use);
  const probe = async (use: (connection: PostgresConnection) => Promise<unknown>) =>
    session.asProbe({ peer: await session.peer(node!), port: ports.postgres }, use);

  test.each(Object.entries(hostile))("%s of a database is not that of pgrow's sessions in it", async (name, value) => {
    await attempt(`ALTER DATABASE shop SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`);
    try {
      for (const [as, who] of [
        [own, roles.own],
        [reader, roles.reader],
        [probe, roles.probe],
      ] as const) {
        const [found] = (await as(async (connection) => {
          await expect(connection.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
          await connection.query('BEGIN');
          await connection.query('SELECT pg_sleep(0.05)');
          return connection.query(
            `SELECT current_user::text AS user, current_setting('search_path') AS path, '\\' = chr(92) AS literal,
                    timestamptz '2026-11-30 01:00Z' AS at, interval '90 s' AS took, 1::float8 / 3 AS third`,
          );
        })) as object[];
        expect(found).toMatchObject({ user: who, path: 'pg_catalog', literal: true });
        // The probe reads none of these.
        if (who === roles.probe) continue;
        const at = new Date('2026-11-30T01:00:00Z');
        expect(found).toMatchObject({ at, took: { minutes: 1, seconds: 30 }, third: 1 / 3 });
      }
      await probe((connection) => postgres.writeProbe(connection, 'hostile'));
      await own((connection) => connection.query("DELETE FROM pgrow.probe WHERE id = 'hostile'"));
    } finally {
      await query(
        `postgresql://${roles.own}:${passwords.own}@${address}/postgres`,
        `ALTER DATABASE shop RESET ${name}`,
      );
    }
  });
});
