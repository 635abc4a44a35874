import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { backupFormat, rowLine, type BackupManifest } from '../../src/domain/backup.ts';
import { backedUpTables, leftOutTables, readMetadata, type MetadataRow } from '../../src/store/backup.ts';
import { connectMetadata } from '../../src/store/connection.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { findObstacle, restoreMetadata, type MetadataBackup } from '../../src/store/restore-metadata.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { query, startMetadataServer, type MetadataServer } from '../support/metadata.ts';
import { haTopology, sampleDatabase, samplePlan } from '../support/sample-database.ts';

/** Metadata, written to a backup and made again from it. */

let server: MetadataServer;
let url: string;
let store: Store;
const ownKey = randomBytes(32);
const sealingKeys = () => [ownKey] as const;
const version = () => '1.0.0 (aaaa)';

beforeAll(async () => {
  server = await startMetadataServer();
});
afterAll(() => server.stop());

beforeEach(async () => {
  url = await server.newDatabase();
  store = await createStore({ connection: { url }, sealingKeys });
  return () => store.close();
});

const fail = ({ error }: { readonly error: unknown }): never => {
  throw error;
};

const takeBackup = async (from = url): Promise<MetadataBackup> => {
  const [summary, ...rows] = await Array.fromAsync(readMetadata({ url: from }));
  const manifest = {
    format: backupFormat,
    pgrow: version(),
    home: '1a2b3c4d',
    files: [],
    ...summary,
  } as BackupManifest;
  return {
    manifest,
    checksum: randomBytes(32).toString('hex'),
    async *rows() {
      for (const { table, row } of rows as MetadataRow[]) yield { table, line: rowLine(table, row) };
    },
  };
};

/** Every row of every table that is in a backup, as text. Messages begin a round of their own after a restore. */
const contentOf = async (of: string) => {
  const tables = backedUpTables.map(({ table, order }) =>
    query(of, `SELECT row_to_json(each)::text AS row FROM (SELECT * FROM ${table} ORDER BY ${order}) AS each`),
  );
  return (await Promise.all(tables)).map((rows, index) => ({
    table: backedUpTables[index]!.table,
    rows: rows.map(({ row }) => String(row).replace(/"round":\d+/, '"round":…')),
  }));
};

/** A row in each table, with what is easily lost on the way: numbers, times and texts at their limits. */
const fill = async () => {
  const shop = sampleDatabase('shop', {
    network: { subnet: '10.48.4.0/22', clients_subnet: '10.48.8.0/22', addresses_given: 3 },
  });
  await store.registerDatabase({ ...shop, topology: haTopology(shop) });
  await store.ensureSecrets(shop.id, ['superuser', 'application']);
  await store.ensureHomeToken('x'.repeat(40));
  const operation = { id: shop.id.replace(/^./, '0'), service_id: shop.id, workflow_id: 'pgrow/1', run_id: null };
  const plan = { ...samplePlan(shop, haTopology(shop)), warnings: ['line\u2028 "quoted" \\ ü \n'] };
  await store.beginOperation({ ...operation, type: 'expand', plan, actor: 'tests' });
  await store.endOperation({ id: operation.id, status: 'done', stall_ms: 123.456_789_012_345, error: null });
  await store.addChannel({
    name: 'ops',
    project: '*',
    database: null,
    created_by: 'tests',
    target: 'https://hooks.example.com/…',
    events: ['failover'],
    settings: { kind: 'webhook', format: 'standard', allow_private: false },
    secrets: { url: 'https://hooks.example.com/x', signing: 'whsec_x' },
  });
  await store.openCheckpoint({
    service_id: shop.id,
    operation_id: operation.id,
    stage: 3,
    snapshot_id: null,
    nodes_created: [],
    config_changes: [{ nodes_reconfigured: ['front'] }],
    health_check_endpoint: 'http://postgres-2:8008/cluster',
    rollback_available_until: '2999-01-01T00:00:00.000Z',
  });
  await store.recordSnapshot({ id: 's-1', service_id: shop.id, operation_id: operation.id, volume: 'v', bytes: 1 });
  await query(url, 'UPDATE snapshots SET bytes = 9007199254740993');
  await store.recordEvent({
    service_id: shop.id,
    event_type: 'failover',
    from_stage: 3,
    to_stage: 3,
    metadata: { lag: 1e21, none: null },
  });
  await store.collectNotices(fail);
  await store.recordAudit({ actor: 'tests', project: 'default', service_id: shop.id, action: 'expand', details: {} });
  await query(
    url,
    `INSERT INTO idempotency_keys (project, key, request_hash, operation_id, service_id)
     VALUES ('default', 'k', repeat('a', 64), '${operation.id}', '${shop.id}')`,
  );
  return { shop, operation };
};

test('every row comes back as it was, every database is held, and the next audit entry gets the next number', async () => {
  const { shop, operation } = await fill();
  const backup = await takeBackup();
  expect(Object.values(backup.manifest.tables)).not.toContain(0);
  expect(backup.manifest.databases).toEqual([
    {
      id: shop.id,
      name: 'shop',
      project: 'default',
      last_operation: { id: operation.id, type: 'expand', status: 'done' },
    },
  ]);
  const other = await server.newDatabase();
  await restoreMetadata({ url: other }, backup, version);

  expect(await contentOf(other)).toEqual(await contentOf(url));
  const restored = await createStore({ connection: { url: other }, sealingKeys });
  try {
    expect(await restored.readSecrets(shop.id)).toEqual(await store.readSecrets(shop.id));
    const held = { taken_at: backup.manifest.taken_at, compared_at: null, differences: [] };
    expect(await restored.listDatabases({})).toMatchObject([{ name: 'shop', held }]);
    expect(await restored.isHeld(shop.id)).toBe(true);
    await restored.recordAudit({ actor: 'tests', project: 'default', service_id: null, action: 'x', details: {} });
    expect(await query(other, 'SELECT max(id)::int AS last FROM audit')).toEqual([{ last: 2 }]);
    const differences = [{ of: 'operation', text: 'Another one.' }] as const;
    await restored.recordComparison(shop.id, differences);
    expect((await restored.readDatabase(shop.id))?.held).toMatchObject({
      compared_at: expect.any(String),
      differences,
    });
    expect([await restored.releaseHold(shop.id), await restored.releaseHold(shop.id)]).toEqual([true, false]);
  } finally {
    await restored.close();
  }
});

// Their rows said that they had been started, and the workflows were gone with the old Temporal: they ended as dead.
test('messages that were under way are sent from their first attempt on, by workflows of their own', async () => {
  await fill();
  const [begun] = await store.listUnstarted();
  await store.deliveryStarted(begun!);
  const attempt = { ...begun!, attempt: 3, state: 'pending', error: 'away', pause: 600 } as const;
  await store.recordAttempt(attempt);
  const backup = await takeBackup();
  const other = await server.newDatabase();
  await restoreMetadata({ url: other }, backup, version);
  const restored = await createStore({ connection: { url: other }, sealingKeys });
  try {
    const [again] = await restored.listUnstarted();
    expect(again).toMatchObject({ delivery: begun!.delivery });
    expect(again!.round).toBeGreaterThanOrEqual(begun!.round + 1000);
    expect(await restored.readDue(begun!)).toBeNull();
    expect(await restored.readDue(again!)).toMatchObject({ attempts: 0 });
    // A workflow of before that goes on after all.
    await restored.recordAttempt({ ...attempt, state: 'dead', pause: null });
    expect(await restored.listUnstarted()).toEqual([again]);
    expect(await restored.listSilent()).toEqual([]);
  } finally {
    await restored.close();
  }
});

// A primary kept waiting for replicas that had been removed: the step that told it so had begun after the backup.
test('steps that an operation may have begun since count as begun, up to its point of no return', async () => {
  const { shop } = await fill();
  const running = { id: shop.id.replace(/^./, '1'), service_id: shop.id, workflow_id: 'pgrow/1', run_id: null };
  const plan = samplePlan(shop, haTopology(shop), { point_of_no_return: 'record topology' });
  await store.beginOperation({ ...running, type: 'expand', plan, actor: 'tests' });
  const other = await server.newDatabase();
  await restoreMetadata({ url: other }, await takeBackup(), version);
  const steps = await query(
    other,
    `SELECT name, status FROM operation_steps WHERE operation_id = '${running.id}' ORDER BY index`,
  );
  expect(steps).toEqual([
    { name: 'create private networks', status: 'running' },
    { name: 'record topology', status: 'pending' },
  ]);
});

// A migration that adds a table, and leaves backups without it.
test('every table is either in a backup, or left out for a reason', async () => {
  const there = await query(url, 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()');
  const known = [...backedUpTables.map(({ table }) => table), ...Object.keys(leftOutTables)];
  expect(there.map(({ name }) => String(name)).toSorted()).toEqual(known.toSorted());
});

test('a backup by an earlier version is restored with its schema, which is then brought up to date', async () => {
  const migrations = await readMigrations();
  const old = await server.newDatabase();
  const { pool } = connectMetadata({ url: old });
  await migrate(pool, migrations.slice(0, 5), version);
  await pool.end();
  await query(
    old,
    `INSERT INTO services (id, kind, project, name) VALUES ('5c0ffee5-0000-4000-8000-000000000001', 'database', 'default', 'shop')`,
  );
  const backup = await takeBackup(old);
  expect(backup.manifest.schema).toHaveLength(5);

  const other = await server.newDatabase();
  await restoreMetadata({ url: other }, backup, version);
  expect(await query(other, 'SELECT name FROM services')).toEqual([{ name: 'shop' }]);
  const applied = await query(other, 'SELECT name FROM pgrow_migrations ORDER BY name');
  expect(applied.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
});

test('metadata that hold anything are left as they are; the same backup may be restored twice', async () => {
  await fill();
  const backup = await takeBackup();
  const before = await contentOf(url);
  expect(await findObstacle({ url }, backup)).toMatchObject({
    done: false,
    why: expect.stringContaining('holds shop.'),
  });
  await expect(restoreMetadata({ url }, backup, version)).rejects.toMatchObject({ code: 'refused' });
  expect(await contentOf(url)).toEqual(before);

  const other = await server.newDatabase();
  // As `up` or `prepare` leave them.
  await (await createStore({ connection: { url: other }, sealingKeys })).close();
  expect(await findObstacle({ url: other }, backup)).toBeNull();
  await restoreMetadata({ url: other }, backup, version);
  expect(await findObstacle({ url: other }, backup)).toEqual({ done: true });
  await restoreMetadata({ url: other }, backup, version);
  expect(await contentOf(other)).toEqual(before);
  expect(await findObstacle({ url: other }, await takeBackup(other))).toMatchObject({ done: false });
});

test('a restore that dies half-way has changed nothing, and is run again', async () => {
  await fill();
  const backup = await takeBackup();
  const other = await server.newDatabase();
  const dying: MetadataBackup = {
    ...backup,
    async *rows() {
      let left = 5;
      for await (const row of backup.rows()) {
        if (left === 0) throw new Error('killed');
        left -= 1;
        yield row;
      }
    },
  };
  await expect(restoreMetadata({ url: other }, dying, version)).rejects.toThrow('killed');
  expect(await query(other, 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')).toEqual([]);
  await restoreMetadata({ url: other }, backup, version);
  expect(await contentOf(other)).toEqual(await contentOf(url));
});

test('metadata that a monitor works with, and a schema that this version does not know, are refused', async () => {
  const backup = await takeBackup();
  await store.takeLease({ name: 'monitor of 1a2b3c4d', holder: 'up', lastsMs: 60_000 });
  expect(await findObstacle({ url }, backup)).toMatchObject({
    why: expect.stringContaining('The monitor of 1a2b3c4d works'),
  });

  const schema = [...backup.manifest.schema, { name: '9999_later.sql', checksum: 'x' }];
  const later = { ...backup, manifest: { ...backup.manifest, schema } };
  await expect(restoreMetadata({ url: await server.newDatabase() }, later, version)).rejects.toThrow(
    /has 9999_later.sql/,
  );
  await query(url, `INSERT INTO pgrow_migrations (name, checksum) VALUES ('9999_later.sql', 'x')`);
  await expect(takeBackup()).rejects.toThrow(/migration 9999_later.sql, which this version/);
});

test('what is written while a backup is taken is in it as a whole, or not at all', async () => {
  await fill();
  const rows = readMetadata({ url });
  const { value: summary } = await rows.next();
  const late = await store.registerDatabase(sampleDatabase('late'));
  const rest = await Array.fromAsync(rows);
  expect(JSON.stringify([summary, rest])).not.toContain(late.id);
});
