import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openHome, type Home } from '../../src/launcher/home.ts';
import { carryOut } from '../../src/launcher/rotate-secret-key.ts';
import { sealingKeysIn } from '../../src/store/sealing-keys.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { startMetadataServer, type MetadataServer } from '../support/metadata.ts';

let server: MetadataServer;
beforeAll(async () => {
  server = await startMetadataServer();
});
afterAll(() => server.stop());

/** Of a worker that runs all the time. */
let store: Store;
let home: Home;
let file: string;
let url: string;
const database = randomUUID();
let passwords: Readonly<Record<string, string>>;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-key-'));
  home = openHome(join(folder, 'home'));
  file = home.secretKeyPath;
  url = await server.newDatabase();
  store = await createStore({ connection: { url }, sealingKeys: sealingKeysIn(file) });
  passwords = await store.ensureSecrets(database, ['superuser', 'application']);
  return async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
});

const keys = () => readFileSync(file, 'utf8').trim().split('\n');
const rotate = (settle: () => Promise<void> = async () => undefined) => carryOut({ file, store, settle });

test('a process that runs opens every secret all the time, and at the end the new key alone opens them', async () => {
  const [old] = keys();
  const done = await rotate(async () => expect(await store.readSecrets(database)).toEqual(passwords));
  expect(done).toMatchObject({ resealed: 2, retired: `${file}.retired` });
  expect(keys()).toHaveLength(1);
  expect(keys()).not.toContain(old);
  expect(await store.readSecrets(database)).toEqual(passwords);
  expect(readFileSync(done.retired, 'utf8').trim()).toBe(old);
  for (const path of [file, done.retired]) expect(statSync(path).mode & 0o777).toBe(0o600);
});

// A worker had read the file just before, and wrote with the old key what nothing would have opened afterwards.
test('what was being sealed with the old key meanwhile is sealed with the new key as well', async () => {
  const before = sealingKeysIn(file)();
  const late = await createStore({ connection: { url }, sealingKeys: () => before });
  await rotate(() => late.replaceSecret(database, 'application', 'written late'));
  await late.close();
  expect(await store.readSecrets(database)).toEqual({ ...passwords, application: 'written late' });
});

test('interrupted, it continues with the key that it had begun with', async () => {
  await expect(rotate(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  const [next, old] = keys();
  expect(old).toBeDefined();
  expect(await store.readSecrets(database)).toEqual(passwords);
  await rotate();
  expect(keys()).toEqual([next]);
  expect(await store.readSecrets(database)).toEqual(passwords);
});

test('keys that were retired before stay', async () => {
  await rotate();
  const [second] = keys();
  const { retired } = await rotate();
  expect(readFileSync(retired, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(readFileSync(retired, 'utf8')).toContain(second);
});
