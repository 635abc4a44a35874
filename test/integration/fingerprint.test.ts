import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectPostgres,
  fingerprint,
  listTables,
  type PostgresConnection,
} from '../../src/components/postgres/index.ts';
import { sample } from '../../src/domain/row-comparison.ts';
import { tcpPeer } from '../support/tcp-peer.ts';
import { query, startMetadataServer, type MetadataServer } from '../support/metadata.ts';

/** The comparison of rows on a real server, as a role that can only read. */

let server: MetadataServer;
let url: string;
let reader: PostgresConnection;

beforeAll(async () => {
  server = await startMetadataServer();
  url = await server.newDatabase();
  await query(url, `CREATE ROLE reader LOGIN PASSWORD 'reader' BYPASSRLS; GRANT pg_read_all_data TO reader`);
  const { hostname, pathname } = new URL(url);
  const login = { peer: tcpPeer(hostname), database: pathname.slice(1), user: 'reader', password: 'reader' };
  reader = await connectPostgres({ ...login, settings: { search_path: 'pg_catalog' } });
});
afterAll(async () => {
  await reader.end();
  await server.stop();
});

const prints = async () => fingerprint(reader, sample(await listTables(reader)));

describe('a print of a table', () => {
  test('tells versions apart: a table that has returned to what it was has changed', async () => {
    // One that toggled while two servers were compared was taken for a difference between them.
    await query(url, `CREATE TABLE locks AS SELECT g AS id, false AS held FROM generate_series(1, 100) g`);
    const before = await prints();
    expect(await prints()).toEqual(before);
    await query(url, `UPDATE locks SET held = true WHERE id = 7`);
    await query(url, `UPDATE locks SET held = false WHERE id = 7`);
    expect((await prints())['public.locks']).not.toBe(before['public.locks']);
  });

  test('sees one byte of a value that is far too long to be read whole', async () => {
    // 150 MB in one row were put into text: the server ran out of its memory and ended everybody's sessions, fifteen times.
    await query(url, `CREATE TABLE files (id int, data bytea); ALTER TABLE files ALTER data SET STORAGE EXTERNAL`);
    await query(url, `INSERT INTO files SELECT 1, decode(repeat('ab', 8000000), 'hex')`);
    const before = await prints();
    expect(before['public.files']).toMatch(/^1:\S+ [1-9]\d+:\S+$/);
    await query(url, `UPDATE files SET data = set_byte(data, 4000000, 1)`);
    expect((await prints())['public.files']).not.toBe(before['public.files']);
  });

  test('is made of tables with any name, any columns, none at all, and of partitions', async () => {
    await query(
      url,
      `CREATE TABLE "odd ""name" (t text, row_of_table int, "t.*" jsonb); INSERT INTO "odd ""name" VALUES ('x', 1, '{}');
       CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
       CREATE TABLE parted (id int, gone text) PARTITION BY RANGE (id);
       CREATE TABLE part_1 PARTITION OF parted FOR VALUES FROM (0) TO (10); INSERT INTO parted VALUES (1, 'x');
       ALTER TABLE parted DROP COLUMN gone`,
    );
    expect(await prints()).toMatchObject({
      'public."odd ""name"': expect.stringMatching(/^1:/),
      'public.nothing': expect.stringMatching(/^1:/),
      'public.part_1': expect.stringMatching(/^1:/),
    });
  });

  test('of a sample is made of parts of the same rows and values each time', async () => {
    // No relation of long values can be sampled by TABLESAMPLE: every database above the bound failed to be compared.
    const tables = (await listTables(reader)).map((table) => ({ ...table, percent: 50 }));
    const first = await fingerprint(reader, tables);
    expect(first['public.files']).not.toBeNull();
    expect(await fingerprint(reader, tables)).toEqual(first);
  });

  test('is none of a table whose indexes or statistics evaluate what an application has defined', async () => {
    await query(
      url,
      `CREATE FUNCTION trap(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         $$ BEGIN IF current_user = 'reader' THEN RAISE EXCEPTION 'sprung'; END IF; RETURN $1; END $$;
       CREATE TABLE indexed (id int); CREATE INDEX ON indexed ((id + trap(1)));
       CREATE TABLE partly (id int); CREATE INDEX ON partly (id) WHERE id > trap(1);
       CREATE TABLE counted (id int, other int); CREATE STATISTICS ON (id + trap(1)), other FROM counted;
       CREATE TABLE fine (id int, t text); CREATE INDEX ON fine (lower(t))`,
    );
    expect(await prints()).toMatchObject({
      'public.indexed': null,
      'public.partly': null,
      'public.counted': null,
      'public.fine': expect.stringMatching(/^0:/),
    });
  });

  test('is none of a table that is locked or gone: not knowing is no difference', async () => {
    const tables = sample([{ name: 'public.gone', oid: '1', toast: null, wide_columns: [], bytes: 1 }]);
    expect(await fingerprint(reader, tables)).toEqual({ 'public.gone': null });
    expect(await fingerprint(reader, sample(await listTables(reader)), { limitMs: -1 })).toMatchObject({
      'public.locks': null,
    });
  });
});
