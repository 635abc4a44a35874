import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openHome } from '../../src/launcher/home.ts';
import { sealingKeysIn } from '../../src/store/sealing-keys.ts';
import { createStore } from '../../src/store/store.ts';
import { query, startMetadataServer, type MetadataServer } from '../support/metadata.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { sampleDatabase } from '../support/sample-database.ts';

/** The verbs on a home whose metadata are in a PostgreSQL that is there, and of which nothing runs. */

let server: MetadataServer;
let folder: string;
/** Metadata of the home that is backed up, and an empty database. */
let [url, empty]: readonly [string, string] = ['', ''];

let backedUp: CliResult;

beforeAll(async () => {
  server = await startMetadataServer();
});
afterAll(() => server.stop());

const inFolder = (name: string): string => join(folder, name);
const run = (home: string, database: string, ...args: string[]) =>
  runCli({ PGROW_HOME: inFolder(home), DATABASE_URL: database }, args);
const filesIn = (home: string) =>
  readdirSync(inFolder(home)).filter((name) => statSync(join(inFolder(home), name)).isFile());
const contentsOf = (home: string) =>
  Object.fromEntries(filesIn(home).map((name) => [name, readFileSync(join(inFolder(home), name), 'utf8')]));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-backup-'));
  [url, empty] = [await server.newDatabase(), await server.newDatabase()];
  const home = openHome(inFolder('home'));
  writeFileSync(join(home.path, 'prices.json'), '{}\n');
  const store = await createStore({ connection: { url }, sealingKeys: sealingKeysIn(home.secretKeyPath) });
  const shop = sampleDatabase('shop', { home: home.id });
  await store.registerDatabase(shop);
  await store.close();
  backedUp = await run('home', url, 'backup-control-plane', inFolder('backup'));
  return () => rmSync(folder, { recursive: true });
});

test('a home that is lost is made again with its files, which only its owner reads', async () => {
  expect(backedUp).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/1 database \(shop\), .* in .*\/backup\nIt holds the key of all passwords/),
  });
  expect(statSync(inFolder('backup')).mode & 0o777).toBe(0o600);
  const restored = await run('new/home', empty, 'restore-control-plane', inFolder('backup'));
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Each database is held until') });
  expect(contentsOf('new/home')).toEqual(contentsOf('home'));
  expect(statSync(inFolder('new/home')).mode & 0o777).toBe(0o700);
  for (const name of filesIn('new/home')) expect(statSync(join(inFolder('new/home'), name)).mode & 0o777).toBe(0o600);
  expect(await query(empty, "SELECT name FROM services WHERE kind = 'database'")).toEqual([{ name: 'shop' }]);
  // As after an interruption at its last line.
  const again = await run('new/home', empty, 'restore-control-plane', inFolder('backup'));
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('has been restored') });
});

test('a check says what it holds and touches nothing', async () => {
  const checked = await run('new', empty, 'restore-control-plane', inFolder('backup'), '--check', '--json');
  expect(JSON.parse(checked.stdout)).toMatchObject({ restored: 'not: checked only', databases: [{ name: 'shop' }] });
  expect(readdirSync(folder).toSorted()).toEqual(['backup', 'home']);
  expect(await query(empty, 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')).toEqual([]);
});

test('what would replace something is refused, and nothing is touched', async () => {
  const refused = async (home: string, database: string, reason: RegExp) => {
    const { exitCode, stderr } = await run(home, database, 'restore-control-plane', inFolder('backup'));
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringMatching(reason) });
  };
  await refused('new', url, /The metadata database holds shop\. Nothing was touched/);
  mkdirSync(inFolder('other'));
  writeFileSync(inFolder('other/id'), 'ffffffff\n');
  writeFileSync(inFolder('other/ports.json'), '{}\n');
  await refused('other', empty, /is the home of another control plane \(ffffffff\)/);
  expect(contentsOf('other')).toEqual({ id: 'ffffffff\n', 'ports.json': '{}\n' });
  const before = readFileSync(inFolder('backup'));
  expect(await run('home', url, 'backup-control-plane', inFolder('backup'))).toMatchObject({ exitCode: 3 });
  expect(readFileSync(inFolder('backup'))).toEqual(before);
  expect(readdirSync(folder).toSorted()).toEqual(['backup', 'home', 'other']);
});

test('without a control plane, or without its key, there is nothing to back up', async () => {
  expect(await run('none', url, 'backup-control-plane', inFolder('b'))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('has no control plane'),
  });
  rmSync(inFolder('home/secret.key'));
  expect(await run('home', url, 'backup-control-plane', inFolder('b'))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('lacks secret.key'),
  });
  expect(readdirSync(folder).toSorted()).toEqual(['backup', 'home']);
});
