import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectPostgres,
  postgresqlConf,
  readDatabaseSize,
  readLogSettings,
  readServer,
  readStatements,
  type PostgresConnection,
} from '../../src/components/postgres/index.ts';
import { loggedStatements, withoutValues } from '../../src/domain/query-log.ts';
import { sampleOf, type ServerReading } from '../../src/domain/samples.ts';
import { createStack, type Stack } from '../images/support.ts';
import { query } from '../support/metadata.ts';
import { retryUntil } from '../support/retry-until.ts';
import { tcpPeer } from '../support/tcp-peer.ts';

/** What a real server says of itself, with pgrow's own configuration. */

const password = 'superuser secret';
const memoryBytes = 256 * 1024 ** 2;
let stack: Stack;
let address: string;

const url = (database: string) => `postgresql://postgres:${encodeURIComponent(password)}@${address}:5432/${database}`;
const connect = (database: string, user = 'postgres'): Promise<PostgresConnection> =>
  connectPostgres({ peer: tcpPeer(address), database, user, password, settings: { search_path: 'pg_catalog' } });

beforeAll(async () => {
  stack = await createStack();
  const conf = postgresqlConf({
    nodeName: 'postgres-1',
    config: { kind: 'postgres', mode: 'primary', synchronous_standbys: [] },
    memoryBytes,
    kept: { log_timezone: 'Etc/UTC', lc_messages: 'C.UTF-8' },
  });
  const files = {
    'node.json': JSON.stringify({ name: 'postgres-1', cluster: 'shop', mode: 'primary' }),
    'superuser-password': password,
    'postgresql.conf': `${conf}shared_preload_libraries = 'pg_stat_statements'\nlog_min_duration_statement = 0\n`,
    'pg_hba.conf': 'local all postgres peer\nhost all all all scram-sha-256\n',
  };
  await stack.start({ name: 'postgres-1', image: 'postgres', files, data: '/var/lib/postgresql', memoryBytes });
  address = await retryUntil('the address of the server', async () => {
    const state = await stack.platform.inspectContainer(stack.container('postgres-1'));
    if (!state?.address) throw new Error('not running yet');
    return state.address;
  });
  await retryUntil('the server', () => query(url('postgres'), 'SELECT 1'));
  // Owner of its database, as an application is.
  await query(url('postgres'), `CREATE ROLE shop LOGIN PASSWORD '${password}'`);
  await query(url('postgres'), 'CREATE DATABASE shop OWNER shop');
});
afterAll(() => stack.remove());

const asApplication = async (statement: string): Promise<void> => {
  const connection = await connect('shop', 'shop');
  try {
    await connection.query('SET search_path TO public');
    await connection.query(statement);
  } finally {
    await connection.end();
  }
};
const asSuperuser = async <T>(database: string, use: (connection: PostgresConnection) => Promise<T>): Promise<T> => {
  const connection = await connect(database);
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
};

describe('numbers', () => {
  const read = (): Promise<ServerReading> => asSuperuser('postgres', (connection) => readServer(connection, 'shop'));
  const reading = (at: number, said: ServerReading) => ({
    at,
    servers: { 'postgres-1': said },
    poolers: {},
    size_bytes: null,
    disk_free_bytes: null,
  });

  test('transactions that write are distinguished from those that read', async () => {
    await asApplication('CREATE TABLE goods (id int)');
    const before = await read();
    await asApplication(
      'DO $$ BEGIN FOR i IN 1..9 LOOP PERFORM 1; COMMIT; END LOOP; INSERT INTO goods VALUES (1); COMMIT; END $$',
    );
    // A server counts what a session did when the session ends, or a second later.
    await expect.poll(async () => (await read()).commits - before.commits).toBeGreaterThanOrEqual(10);
    const { values } = sampleOf(reading(0, before), reading(10_000, await read()));
    expect(values['read_only@postgres-1']).toBeGreaterThanOrEqual(0.8);
    expect(values['read_only@postgres-1']).toBeLessThan(1);
    expect(values['cache_hits@postgres-1']).toBeGreaterThan(0);
    expect(values['round_trip@postgres-1']).toBeGreaterThan(0);
  });

  test('sessions are counted by what they do', async () => {
    const before = await read();
    const idle = await connect('shop', 'shop');
    await idle.query('BEGIN');
    const { connections, connections_idle_in_transaction, max_connections } = await read();
    expect(max_connections).toBe(100);
    expect(connections - before.connections).toBe(1);
    expect(connections_idle_in_transaction - before.connections_idle_in_transaction).toBe(1);
    await idle.end();
  });

  test('a size is that of the database, and null where there is none', async () => {
    const size = (name: string) => asSuperuser('postgres', (connection) => readDatabaseSize(connection, name));
    expect(await size('shop')).toBeGreaterThan(1024 * 1024);
    expect(await size('nothing-of-this-name')).toBeNull();
  });
});

describe('the log', () => {
  const logged = async () => {
    const since = new Date(Date.now() - 600_000).toISOString();
    const log = await stack.platform.readLogs(stack.container('postgres-1'), 10_000, undefined, since);
    return loggedStatements('postgres-1', log, ['pgrow']);
  };
  const find = (text: string) =>
    retryUntil(`${text} in the log`, async () => {
      const found = (await logged()).filter(({ statement }) => statement?.includes(text));
      if (found.length === 0) throw new Error('not there yet');
      return found;
    });

  test('has a slow statement with its lines and its parameters', async () => {
    const client = await connect('shop', 'shop');
    await client.query("SELECT 'marked',\n  $1::text, pg_sleep(0.01)", ['alice@example.com']);
    await client.end();
    const slow = (await find('marked')).find(({ duration_ms }) => (duration_ms ?? 0) >= 10);
    expect(slow).toMatchObject({ kind: 'slow', user: 'shop', database: 'shop' });
    expect(slow?.detail).toContain('alice@example.com');
    expect(withoutValues(slow!).statement).toBe('SELECT ?,\n  $1::text, pg_sleep(?)');
  });

  test('has a statement that failed, and what the server says of it', async () => {
    await asApplication('CREATE TABLE users (email text PRIMARY KEY)');
    const insert = "INSERT INTO users VALUES ('bob@example.com')";
    await asApplication(insert);
    await expect(asApplication(insert)).rejects.toThrow('users_pkey');
    await expect(asApplication('SELECT * FROM users WHERE email = "carol"')).rejects.toThrow('carol');
    const failed = (await find('INSERT INTO users')).find(({ kind }) => kind === 'failed');
    expect(failed).toMatchObject({
      message: 'duplicate key value violates unique constraint "users_pkey"',
      detail: 'Key (email)=(bob@example.com) already exists.',
      statement: insert,
    });
    expect(withoutValues((await find('carol'))[0]!)).toMatchObject({
      message: 'column "?" does not exist',
      statement: 'SELECT * FROM users WHERE email = "?"',
    });
    const shown = JSON.stringify((await logged()).map(withoutValues));
    expect(shown).not.toMatch(/alice|bob@|carol/);
  });

  test('says what is logged', async () => {
    expect(await asSuperuser('postgres', readLogSettings)).toEqual({ slow_ms: 0, failed: true });
  });
});

describe('statements', () => {
  const read = (limit = 50) =>
    asSuperuser('shop', (connection) => readStatements(connection, 'shop', { order: 'calls', limit }));

  test('are shown once the extension is there, without those of pgrow', async () => {
    expect(await read()).toBe('not created');
    await query(url('shop'), 'CREATE SCHEMA stats; CREATE EXTENSION pg_stat_statements SCHEMA stats');
    for (let round = 0; round < 3; round += 1) await asApplication(`SELECT 'counted' || ${round}`);
    const found = await read();
    if (typeof found === 'string') throw new Error(found);
    expect(found.since).toMatch(/^\d{4}-/);
    expect(found.statements.find(({ statement }) => statement.includes('||'))).toMatchObject({
      user: 'shop',
      statement: 'SELECT $1 || $2',
      calls: 3,
      share: expect.any(Number),
    });
    expect(found.statements.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(await read(1)).toMatchObject({ statements: [expect.anything()] });
  });

  test('a long text is cut', async () => {
    await asApplication(`DO $$BEGIN PERFORM '${'long'.repeat(10_000)}'; END$$`);
    const found = await read();
    if (typeof found === 'string') throw new Error(found);
    const long = found.statements.find(({ statement }) => statement.includes('longlong'))?.statement;
    expect(long).toHaveLength(10_001);
    expect(long).toMatch(/…$/);
  });

  test('an application that puts a function of its own in the place of the real one is not run', async () => {
    await query(url('shop'), 'ALTER SCHEMA stats OWNER TO shop');
    expect(await read()).not.toBe('not trusted');
    await query(url('shop'), 'ALTER EXTENSION pg_stat_statements DROP FUNCTION stats.pg_stat_statements(boolean)');
    expect(await read()).toBe('not trusted');
    await query(url('shop'), 'ALTER EXTENSION pg_stat_statements ADD FUNCTION stats.pg_stat_statements(boolean)');
    await query(url('shop'), 'ALTER FUNCTION stats.pg_stat_statements(boolean) OWNER TO shop');
    expect(await read()).toBe('not trusted');
    await query(url('shop'), 'ALTER FUNCTION stats.pg_stat_statements(boolean) OWNER TO postgres');
    expect(await read()).not.toBe('not trusted');
  });

  test('a schema that is being renamed is waited for no longer than a moment', async () => {
    const owner = await connect('shop', 'shop');
    await owner.query('BEGIN');
    await owner.query('ALTER SCHEMA stats RENAME TO other');
    expect(await read()).toBe('busy');
    await owner.query('ROLLBACK');
    await owner.end();
    expect(await read()).toMatchObject({ statements: expect.any(Array) });
  });
});
