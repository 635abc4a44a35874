import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureConsole, type ConsoleSources } from './console.ts';

let place: string;
let builds: number;
let said: string[];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'pgrow-console-'));
  mkdirSync(join(place, 'web', 'src'), { recursive: true });
  writeFileSync(join(place, 'web', 'src', 'main.tsx'), 'one');
  builds = 0;
  said = [];
});
afterEach(() => rmSync(place, { recursive: true }));

const build = async (folder: string): Promise<void> => {
  builds += 1;
  writeFileSync(join(folder, 'index.html'), readFileSync(join(place, 'web', 'src', 'main.tsx')));
};
const ensure = (change: Partial<ConsoleSources> = {}) => {
  const sources = { web: join(place, 'web'), others: () => 'a', cache: join(place, 'cache'), build, ...change };
  return ensureConsole((text) => said.push(text), sources);
};
const page = (folder: string | null): string => readFileSync(join(folder ?? 'nowhere', 'index.html'), 'utf8');

test('it is built once for its sources and for what they take from the API, not for their tests', async () => {
  const first = await ensure();
  writeFileSync(join(place, 'web', 'src', 'main.test.tsx'), 'a test');
  expect(await ensure()).toBe(first);
  expect(builds).toBe(1);

  writeFileSync(join(place, 'web', 'src', 'main.tsx'), 'two');
  const second = await ensure();
  expect([page(first), page(second)]).toEqual(['one', 'two']);
  expect(await ensure({ others: () => 'b' })).not.toBe(second);
  expect(builds).toBe(3);
});

test('several that want it at the same moment build it once', async () => {
  const folders = await Promise.all([ensure(), ensure(), ensure()]);
  expect(new Set(folders).size).toBe(1);
  expect(builds).toBe(1);
});

test.each([
  ['fails', 'out of memory', async () => Promise.reject(new Error('out of memory'))],
  ['makes no page', 'no index.html', async () => undefined],
])('where its build %s there is none, and nothing half-made is left', async (_, why, broken) => {
  expect(await ensure({ build: broken })).toBeNull();
  expect(said.join()).toContain(`There is no web console: `);
  expect(said.join()).toContain(why);
  expect(readdirSync(join(place, 'cache'))).toEqual([]);
  expect(await ensure()).not.toBeNull();
});

test('without sources there is none', async () => {
  expect(await ensure({ web: join(place, 'gone') })).toBeNull();
  expect(said.join()).toContain('its sources are not in');
});

test('five are kept, those used last', async () => {
  const folders: string[] = [];
  for (let each = 0; each < 7; each += 1) {
    const folder = (await ensure({ others: () => `${each}` })) ?? '';
    folders.push(folder);
    utimesSync(folder, new Date(1e12 + each * 1e6), new Date(1e12 + each * 1e6));
    // The first is still used.
    if (each > 0) await ensure({ others: () => '0' });
  }
  expect(folders.map((folder) => existsSync(folder))).toEqual([true, false, false, true, true, true, true]);
});
