import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openHome } from '../../src/launcher/home.ts';
import { admitOwnToken } from '../../src/launcher/own-token.ts';
import { replaceOwnToken } from '../../src/launcher/rotate-own-token.ts';
import { sealingKeysIn } from '../../src/store/sealing-keys.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { startMetadataServer, type MetadataServer } from '../support/metadata.ts';

let server: MetadataServer;
beforeAll(async () => {
  server = await startMetadataServer();
});
afterAll(() => server.stop());

let store: Store;
let file: string;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-token-'));
  const home = openHome(join(folder, 'home'));
  file = home.tokenPath;
  const connection = { url: await server.newDatabase() };
  store = await createStore({ connection, sealingKeys: sealingKeysIn(home.secretKeyPath) });
  await startApi();
  return async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
});

const quiet = () => {};
const inFile = () => readFileSync(file, 'utf8').trim();
const startApi = () => admitOwnToken({ file, store }, quiet);
const rotate = (graceSeconds: number, change: Partial<Store> = {}) =>
  replaceOwnToken({ file, store: { ...store, ...change }, graceSeconds }, quiet);
const isAdmin = async (token: string) => {
  const found = await store.authenticate(token);
  return found?.role === 'admin' && found.project === '*' && !found.expired;
};

test('the file has another token, and the one of before is valid for the grace period, also once the API starts again', async () => {
  const before = inFile();
  await rotate(3600);
  expect(inFile()).not.toBe(before);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const check = async () => {
    for (const token of [before, inFile()]) expect(await isAdmin(token)).toBe(true);
    const { entries } = await store.pageTokens('*', { limit: 9 });
    const successor = entries.find((each) => each.successor === null)!;
    expect(successor).toMatchObject({ name: 'cli', expires_at: null });
    expect(entries.filter(({ id }) => id !== successor.id)).toMatchObject([
      { successor: successor.id, expires_at: expect.any(String), created_by: null },
    ]);
  };
  await check();
  await startApi();
  await check();
  expect(await store.listAudit({ limit: 9 })).toMatchObject([{ action: 'rotate_token', project: '*', actor: 'cli' }]);
});

test('without a grace period the one of before is refused at once', async () => {
  const before = inFile();
  await rotate(0);
  expect(await isAdmin(before)).toBe(false);
  expect(await isAdmin(inFile())).toBe(true);
});

test('interrupted at any step, the token in the file is valid, and repeating it ends all that were there before', async () => {
  const first = inFile();
  const crash = () => Promise.reject(new Error('killed'));
  await expect(rotate(0, { recordAudit: crash })).rejects.toThrow('killed');
  expect(inFile()).toBe(first);
  expect(await isAdmin(first)).toBe(true);

  await expect(rotate(0, { retireHomeTokens: crash })).rejects.toThrow('killed');
  const second = inFile();
  expect(second).not.toBe(first);
  expect(await isAdmin(second)).toBe(true);

  await rotate(0);
  expect(await Promise.all([first, second, inFile()].map(isAdmin))).toEqual([false, false, true]);
});

test('a rotation without a grace period ends those at once that an earlier one had given a longer one', async () => {
  const leaked = inFile();
  await rotate(24 * 3600);
  expect(await isAdmin(leaked)).toBe(true);
  await rotate(0);
  expect(await isAdmin(leaked)).toBe(false);
  expect(await isAdmin(inFile())).toBe(true);
});

test('an API that starts during a rotation takes nothing back of it', async () => {
  const before = inFile();
  const started: Promise<void>[] = [];
  const during: Store['recordAudit'] = async (entry) => {
    started.push(startApi());
    await store.recordAudit(entry);
  };
  await rotate(0, { recordAudit: during });
  await Promise.all(started);
  expect(inFile()).not.toBe(before);
  expect(await Promise.all([before, inFile()].map(isAdmin))).toEqual([false, true]);
});
