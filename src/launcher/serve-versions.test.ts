import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pinnedOperation } from '../../test/support/pinned-operation.ts';
import type { WorkerVersions } from '../client/worker-versions.ts';
import type { PinnedOperation } from '../domain/worker-versions.ts';
import { openHome, type Home } from './home.ts';
import { findProcesses, startProcess, stopProcess } from './processes.ts';
import { serveVersions, stopUnversioned } from './serve-versions.ts';
import { stopService } from './services.ts';
import { writeImages } from './settings.ts';
import { buildsDirectory, findBuild } from './builds.ts';
import { workerProcess } from './worker-process.ts';

let folder: string;
let home: Home;
let lines: string[];
let moved: PinnedOperation[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pgrow-serve-')));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  home = openHome(join(folder, 'home'));
  writeImages(home, { postgres: 'p', postgres_15: 'p15', postgres_18: 'p18', pgbouncer: 'b', haproxy: 'h', etcd: 'e' });
  lines = [];
  moved = [];
});
afterEach(async () => {
  await stopService(home, 'worker');
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A copy whose worker says that it is ready, and stays. */
const copyOf = (build: string): void => {
  const directory = join(buildsDirectory(), build);
  mkdirSync(join(directory, 'src/worker'), { recursive: true });
  mkdirSync(join(directory, 'held-by'));
  writeFileSync(join(directory, 'held-by', home.id), `${home.path}\n`);
  symlinkSync(join(folder, 'packages'), join(directory, 'node_modules'));
  const ready = `process.env.PGROW_HOME + '/run/worker-' + process.env.PGROW_BUILD + '.ready'`;
  const script = `require('node:fs').writeFileSync(${ready}, ''); setInterval(() => {}, 1000);`;
  writeFileSync(join(directory, 'src/worker/main.ts'), script);
};

const up = (pinned: readonly PinnedOperation[], more: { supported?: boolean; moveOperations?: boolean } = {}) => {
  const versions: WorkerVersions = {
    areSupported: async () => more.supported ?? true,
    readDeployed: async () => ({ current: null, versions: [] }),
    readCurrent: async () => 'cc',
    makeCurrent: async () => undefined,
    readPinned: async () => pinned,
    moveAlong: async (operation) => void moved.push(operation),
  };
  const { moveOperations = false } = more;
  const progress = (line: string) => void lines.push(line);
  return serveVersions({
    home,
    versions,
    current: 'cc',
    configuration: 'now',
    taskQueue: 'pgrow',
    moveOperations,
    progress,
  });
};

const start = (build: string, configuration = 'now') =>
  startProcess(workerProcess(home, findBuild(build)!, configuration));
const running = () => new Map(findProcesses({ home, name: 'worker' }).map(({ build, pid }) => [build, pid]));

test('an older worker runs beside the current one while an operation continues under it: left alone, or started again', async () => {
  for (const build of ['aa', 'cc']) copyOf(build);
  const [older, current] = [start('aa'), start('cc')];
  await up([pinnedOperation('aa'), pinnedOperation('cc')]);
  expect(running()).toEqual(
    new Map([
      ['aa', older],
      ['cc', current],
    ]),
  );
  expect(lines).toEqual([expect.stringContaining('The worker of version aa keeps running for expand of shop')]);

  await stopProcess({ home, name: 'worker', build: 'aa' }, 100);
  await up([pinnedOperation('aa')]);
  expect([...running().keys()].toSorted()).toEqual(['aa', 'cc']);
  expect(lines).toContain('Starting the worker of version aa');
  // It had been started with another address of Temporal.
  await stopProcess({ home, name: 'worker', build: 'aa' }, 100);
  const outdated = start('aa', 'before');
  await up([pinnedOperation('aa')]);
  expect(running().get('aa')).not.toBe(outdated);
});

test('one without an operation is left to end by itself, unless it cannot: it looks for Temporal elsewhere', async () => {
  for (const build of ['aa', 'bb', 'cc']) copyOf(build);
  const idle = start('aa');
  start('bb', 'before');
  await up([]);
  expect(running()).toEqual(new Map([['aa', idle]]));
});

test('copies are released once nothing runs from them', async () => {
  for (const build of ['aa', 'cc', '01', '02', '03', '04', '05', '06']) copyOf(build);
  start('aa');
  await up([]);
  expect(findBuild('aa')).not.toBeNull();
  expect(['01', '02', '03', '04', '05', '06'].filter(findBuild)).toHaveLength(5);
});

test('operations whose copy is gone are named, and moved only on request', async () => {
  copyOf('cc');
  await up([pinnedOperation('aa')]);
  expect(lines).toEqual([expect.stringMatching(/expand of shop.*version aa.*--move-operations/)]);
  expect(moved).toEqual([]);
  await up([pinnedOperation('aa')], { moveOperations: true });
  expect(moved).toEqual([pinnedOperation('aa')]);
});

test('where Temporal knows no versions, no other worker runs: it would take what is not its own', async () => {
  for (const build of ['aa', 'cc']) copyOf(build);
  start('aa');
  const current = start('cc');
  await up([], { supported: false });
  expect(running()).toEqual(new Map([['cc', current]]));
  expect(lines).toEqual([expect.stringContaining('Update only while none is running')]);
});

test('a worker from before there were versions is stopped, and no other', async () => {
  copyOf('cc');
  const current = start('cc');
  const { build: _, ...before } = workerProcess(home, findBuild('cc')!, 'now');
  startProcess(before);
  await stopUnversioned(home);
  expect(running()).toEqual(new Map([['cc', current]]));
});
