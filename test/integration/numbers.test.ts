import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connectPostgres,
  readDatabaseSize,
  readServer,
  type PostgresConnection,
} from '../../src/components/postgres/index.ts';
import { sampleOf, type ServerReading } from '../../src/domain/samples.ts';
import { query, startMetadataServer, type MetadataServer } from '../support/metadata.ts';
import { tcpPeer } from '../support/tcp-peer.ts';

/** What a real server says of itself. */

let server: MetadataServer;
let url: URL;
let superuser: PostgresConnection;

beforeAll(async () => {
  server = await startMetadataServer();
  url = new URL(await server.newDatabase());
  superuser = await connectPostgres({
    peer: tcpPeer(url.hostname),
    user: url.username,
    password: url.password,
    settings: { search_path: 'pg_catalog' },
  });
});
afterAll(async () => {
  await superuser.end();
  await server.stop();
});

const name = () => url.pathname.slice(1);
const read = (): Promise<ServerReading> => readServer(superuser, name());
const reading = (at: number, said: ServerReading) => ({
  at,
  servers: { 'postgres-1': said },
  poolers: {},
  size_bytes: null,
  disk_free_bytes: null,
});

test('transactions that write are told apart from those that read', async () => {
  await query(url.href, 'CREATE TABLE goods (id int)');
  const before = await read();
  const client = `DO $$ BEGIN FOR i IN 1..9 LOOP PERFORM 1; COMMIT; END LOOP; INSERT INTO goods VALUES (1); COMMIT; END $$`;
  await query(url.href, client);
  // A server counts what a session did when the session ends, or a second later.
  await expect.poll(async () => (await read()).commits - before.commits).toBeGreaterThanOrEqual(10);
  const { values } = sampleOf(reading(0, before), reading(10_000, await read()));
  expect(values['read_only@postgres-1']).toBeGreaterThanOrEqual(0.8);
  expect(values['read_only@postgres-1']).toBeLessThan(1);
  expect(values['cache_hits@postgres-1']).toBeGreaterThan(0);
  expect(values['round_trip@postgres-1']).toBeGreaterThan(0);
});

test('sessions are counted by what they do', async () => {
  const others = await read();
  expect(others.max_connections).toBeGreaterThan(0);
  const idle = await connectPostgres({
    peer: tcpPeer(url.hostname),
    database: name(),
    user: url.username,
    password: url.password,
  });
  await idle.query('BEGIN');
  const { connections, connections_idle_in_transaction } = await read();
  expect(connections - others.connections).toBe(1);
  expect(connections_idle_in_transaction - others.connections_idle_in_transaction).toBe(1);
  await idle.end();
});

test('a size is that of the database, and null where there is none', async () => {
  expect(await readDatabaseSize(superuser, name())).toBeGreaterThan(1024 * 1024);
  expect(await readDatabaseSize(superuser, 'nothing-of-this-name')).toBeNull();
});
