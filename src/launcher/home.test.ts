import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { isKept, keepExternal, readExternal } from './external.ts';
import { openHome } from './home.ts';
import { ensurePorts, isPortFree, replacePort } from './ports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-home-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a home is made once, for its owner alone, and stays what it is', () => {
  const first = openHome(join(folder, 'state', 'pgrow'));
  expect(first.id).toMatch(/^[0-9a-f]{8}$/);
  expect(statSync(first.path).mode & 0o777).toBe(0o700);
  const secrets = [first.tokenPath, first.secretKeyPath, first.metadataPasswordPath];
  for (const path of secrets) expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(first.secretKeyPath, 'utf8'), 'base64')).toHaveLength(32);

  const contents = secrets.map((path) => readFileSync(path, 'utf8'));
  expect(openHome(first.path).id).toBe(first.id);
  expect(secrets.map((path) => readFileSync(path, 'utf8'))).toEqual(contents);
});

test('a home is the same one through a symbolic link', () => {
  const home = openHome(join(folder, 'home'));
  symlinkSync(home.path, join(folder, 'link'));
  expect(openHome(join(folder, 'link')).path).toBe(home.path);
});

test('ports are chosen once; one that another program has taken is replaced and the rest kept', async () => {
  const home = openHome(folder);
  const ports = await ensurePorts(home);
  expect(new Set(Object.values(ports)).size).toBe(4);
  for (const port of Object.values(ports)) expect(await isPortFree(port)).toBe(true);
  expect(await ensurePorts(home)).toEqual(ports);

  const changed = await replacePort(home, ports, 'api');
  expect({ ...changed, api: ports.api }).toEqual(ports);
  expect(changed.api).not.toBe(ports.api);
  expect(await ensurePorts(home)).toEqual(changed);
});

test('an existing metadata database stays chosen when the variable is gone, in a file for the owner alone', () => {
  const home = openHome(folder);
  const given = readEnvironment({ PGROW_HOME: folder, DATABASE_URL: 'postgresql://u:p@db/pgrow' });
  keepExternal(home.path, readExternal(home.path, given));
  expect(statSync(join(folder, 'external.json')).mode & 0o777).toBe(0o600);
  const without = readEnvironment({ PGROW_HOME: folder });
  expect(readExternal(home.path, without).databaseUrl).toBe('postgresql://u:p@db/pgrow');
});

// A mounted secret may be replaced; a copy in the home would be the old password.
test('of a password in a file the home keeps the path, for the database that it was given with', () => {
  const home = openHome(folder);
  const url = 'postgresql://u@db/pgrow';
  const given = { DATABASE_URL: url, PGROW_DATABASE_PASSWORD_FILE: '/run/secrets/metadata' };
  keepExternal(home.path, readExternal(home.path, readEnvironment(given)));
  expect(readExternal(home.path, readEnvironment({}))).toMatchObject({
    databaseUrl: url,
    databasePasswordFile: '/run/secrets/metadata',
  });
  const other = readExternal(home.path, readEnvironment({ DATABASE_URL: 'postgresql://u:p@other/pgrow' }));
  expect(other.databasePasswordFile).toBeUndefined();
});

test('an existing Temporal and the queue in it stay chosen, its key for the owner alone', () => {
  const home = openHome(folder);
  const given = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_API_KEY: 'secret', PGROW_TASK_QUEUE: 'orders' };
  const external = readExternal(home.path, readEnvironment(given));
  expect(isKept(home.path, external)).toBe(false);
  keepExternal(home.path, external);
  expect(statSync(join(folder, 'external.json')).mode & 0o777).toBe(0o600);
  const later = readExternal(home.path, readEnvironment({}));
  expect(later).toMatchObject({ temporal: { address: 'temporal:7233', api_key: 'secret' }, taskQueue: 'orders' });
  expect(isKept(home.path, later)).toBe(true);
});

test('a home of an older version still knows its Temporal', () => {
  const home = openHome(folder);
  writeFileSync(join(folder, 'external.json'), JSON.stringify({ temporal_address: 'temporal:7233' }));
  expect(readExternal(home.path, readEnvironment({})).temporal).toEqual({ address: 'temporal:7233' });
});

test('a home without external engines has no file about them', () => {
  const home = openHome(folder);
  keepExternal(home.path, readExternal(home.path, readEnvironment({ PGROW_HOME: folder })));
  expect(existsSync(join(folder, 'external.json'))).toBe(false);
});
