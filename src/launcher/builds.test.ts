import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openHome, type Home } from './home.ts';
import { shippedPackages } from './link-packages.ts';
import { repositoryRoot } from './paths.ts';
import { buildsDirectory, ensureBuild, findBuild, commandFor, holdOnly } from './builds.ts';

let folder: string;
let home: Home;
const quietly = () => undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-builds-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  home = openHome(join(folder, 'home'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
}, 60_000);

/** A copy of other sources, used before this one; `of`: the home that needs it. */
const copyOf = (id: string, of: Home | null, used: number): void => {
  const directory = join(buildsDirectory(), id);
  mkdirSync(join(directory, 'held-by'), { recursive: true });
  symlinkSync(join(folder, 'gone', 'node_modules'), join(directory, 'node_modules'));
  if (of) writeFileSync(join(directory, 'held-by', of.id), `${of.path}\n`);
  execFileSync('touch', ['-d', `@${used}`, directory]);
};
const kept = () => readdirSync(buildsDirectory()).toSorted();

test('a version runs from a copy of its own, with its packages and their native code', async () => {
  const build = await ensureBuild(home, quietly);
  expect(build.id).toMatch(/^[0-9a-f]{16}$/);
  expect(await ensureBuild(home, quietly)).toEqual(build);
  expect(findBuild(build.id)).toEqual(build);
  for (const program of ['worker', 'api', 'monitor'] as const) {
    const { command, arguments: given } = commandFor(build, program);
    const main = given.at(-1);
    expect(existsSync(command)).toBe(true);
    expect(main).toMatch(build.directory);
    expect(existsSync(main!)).toBe(true);
  }
  // Made by the copy itself, with Temporal's worker and the bridge that it loads.
  expect(readdirSync(join(build.directory, 'bundles'))).toEqual([expect.stringMatching(/^workflows-versioned-/)]);
  expect(existsSync(join(build.directory, 'src/launcher/builds.test.ts'))).toBe(false);
  expect(existsSync(join(build.directory, 'node_modules/vitest'))).toBe(false);
}, 120_000);

test('copies that no control plane needs are kept up to a number, those that one needs always', async () => {
  const { id } = await ensureBuild(home, quietly);
  const other = openHome(join(folder, 'other'));
  const gone = openHome(join(folder, 'gone'));
  copyOf('aa', home, 1);
  copyOf('bb', other, 2);
  copyOf('cc', gone, 3);
  for (const [index, name] of ['d1', 'd2', 'd3', 'd4', 'd5'].entries()) copyOf(name, null, 10 + index);
  rmSync(gone.path, { recursive: true });

  await holdOnly(home, [id, 'aa'], quietly);
  expect(kept()).toContain('aa');
  await holdOnly(home, [id], quietly);
  expect(kept()).toEqual([id, 'bb', 'd1', 'd2', 'd3', 'd4', 'd5'].toSorted());
  expect(findBuild('aa')).toBeNull();
}, 60_000);

test('only what runs is taken along of what the lock file names', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/zod': {},
      'node_modules/@temporalio/worker': {},
      'node_modules/vitest': { dev: true },
      'node_modules/pg/node_modules/semver': {},
    },
  };
  expect(shippedPackages(JSON.stringify(lock))).toEqual(['node_modules/zod', 'node_modules/@temporalio/worker']);
  expect(existsSync(join(repositoryRoot, 'package-lock.json'))).toBe(true);
});
