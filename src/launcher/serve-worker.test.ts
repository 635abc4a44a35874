import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { pinnedOperation } from '../../test/support/pinned-operation.ts';
import type { PinnedOperation } from '../domain/worker-versions.ts';
import { buildsDirectory } from './builds.ts';
import { openHome, type Home } from './home.ts';
import { recordPrepared } from './prepared.ts';
import { serveWorker } from './serve-worker.ts';

/** Containers that each serve a version of the worker, in one home, with a Temporal of two variables. */

let folder: string;
let home: Home;
let current: string | null;
let pinned: PinnedOperation[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-serve-worker-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  home = openHome(join(folder, 'home'));
  for (const build of ['aa', 'bb']) mkdirSync(join(buildsDirectory(), build), { recursive: true });
  current = null;
  pinned = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A container: `running` are the workers in it, and `end` lets one of them end. */
const container = (own: string, { answers = (): boolean => true } = {}) => {
  const stop = new AbortController();
  const running = new Map<string, (how: string | null) => void>();
  const seen = { settled: false, lines: [] as string[] };
  const start = (build: string) => {
    const { promise: ended, resolve } = Promise.withResolvers<string | null>();
    const end = (how: string | null): void => {
      running.delete(build);
      resolve(how);
    };
    running.set(build, end);
    return { ended, isReady: () => true, stop: async () => end('SIGTERM') };
  };
  const asked =
    <T>(answer: () => T) =>
    async (): Promise<T> => {
      if (!answers()) throw new Error('Temporal is away');
      return answer();
    };
  const served = serveWorker({
    home,
    own,
    versions: {
      areSupported: asked(() => true),
      readCurrent: asked(() => current),
      readDeployed: asked(() => ({ current, versions: [] })),
      readPinned: asked(() => pinned),
      makeCurrent: async (build) => void (current = build),
      moveAlong: async () => undefined,
    },
    taskQueue: 'pgrow',
    moveOperations: false,
    start,
    onSettled: (isSettled) => void (seen.settled = isSettled),
    signal: stop.signal,
    progress: (line) => void seen.lines.push(line),
    everyMs: { settled: 5, unsettled: 5 },
  });
  served.catch(() => undefined);
  onTestFinished(() => stop.abort());
  return {
    seen,
    served,
    builds: () => [...running.keys()].toSorted(),
    end: (build: string, how: string | null) => running.get(build)!(how),
    async stop() {
      stop.abort();
      await served;
    },
  };
};
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });

test('a version that is prepared becomes the current one; stopped, its worker ends', async () => {
  recordPrepared(home, 'aa');
  const { seen, builds, stop } = container('aa');
  await until(() => expect([current, seen.settled, builds()]).toEqual(['aa', true, ['aa']]));
  await stop();
  expect([builds(), seen.settled]).toEqual([[], false]);
});

test('an update under operations: the new container runs the old version until nothing continues under it', async () => {
  recordPrepared(home, 'aa');
  const before = container('aa');
  await until(() => expect(current).toBe('aa'));
  pinned = [pinnedOperation('aa')];
  await before.stop();

  recordPrepared(home, 'bb');
  const after = container('bb');
  await until(() => expect([current, after.builds()]).toEqual(['bb', ['aa', 'bb']]));
  // As a container of the old image that was not replaced yet.
  const again = container('aa');
  await until(() => expect(again.builds()).toEqual(['aa']));
  pinned = [];
  for (const { end, builds } of [after, again]) {
    end('aa', null);
    await until(() => expect(builds()).not.toContain('aa'));
  }
  await until(() => expect(again.seen.settled).toBe(true));
  expect([current, after.builds(), again.builds()]).toEqual(['bb', ['bb'], []]);
  expect(again.seen.lines).toContain('Version bb is newer than this one (aa), which only finishes what began under it');

  // The update is taken back.
  recordPrepared(home, 'aa');
  await until(() => expect([current, again.builds()]).toEqual(['aa', ['aa']]));
});

test('a worker that dies ends its container; one of an older version is started again', async () => {
  for (const build of ['aa', 'bb']) recordPrepared(home, build);
  pinned = [pinnedOperation('aa')];
  const { builds, end, served, seen } = container('bb');
  await until(() => expect(builds()).toEqual(['aa', 'bb']));
  end('aa', 'SIGKILL');
  await until(() => expect(seen.lines).toContain('The worker of version aa has ended (SIGKILL)'));
  await until(() => expect(builds()).toEqual(['aa', 'bb']));
  end('bb', 'exit code 1');
  await expect(served).rejects.toThrow('The worker of version bb has ended (exit code 1)');
  expect(builds()).toEqual([]);
});

test('while Temporal is away what runs is left alone, and the newest version starts', async () => {
  for (const build of ['aa', 'bb']) recordPrepared(home, build);
  pinned = [pinnedOperation('aa')];
  let isAway = true;
  const { builds, seen } = container('bb', { answers: () => !isAway });
  await until(() => expect(seen.lines.join()).toContain('Temporal is away'));
  expect([builds(), seen.settled]).toEqual([['bb'], false]);
  isAway = false;
  await until(() => expect([builds(), current]).toEqual([['aa', 'bb'], 'bb']));
});

test('a version that was not prepared is refused: nothing says that it is to become the current one', async () => {
  recordPrepared(home, 'aa');
  await expect(container('bb').served).rejects.toThrow(/Version bb has not been prepared in .*pgrow prepare/);
});
