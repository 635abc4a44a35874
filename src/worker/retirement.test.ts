import { expect, test } from 'vitest';
import type { PinnedOperation } from '../domain/worker-versions.ts';
import { untilDispensable } from './retirement.ts';

const operation: PinnedOperation = {
  build: 'a',
  workflow_id: 'pgrow/1',
  run_id: 'r',
  workflow: 'expand',
  database: null,
};

/** What Temporal answers, look by look; the last one for ever. */
interface Look {
  readonly current?: string | null;
  readonly pinned?: readonly PinnedOperation[];
  readonly fails?: true;
}

const watch = (looks: readonly Look[], stopAfter = 100) => {
  const stop = new AbortController();
  let seen = 0;
  const now = (): Look => looks[Math.min(seen, looks.length) - 1] ?? {};
  const ended = untilDispensable({
    build: 'a',
    taskQueue: 'pgrow',
    everyMs: 0,
    signal: stop.signal,
    log: { warn: () => undefined },
    versions: {
      async readCurrent() {
        seen += 1;
        if (seen > stopAfter) stop.abort();
        if (now().fails) throw new Error('Temporal is away');
        return now().current ?? null;
      },
      readPinned: async () => now().pinned ?? [],
    },
  });
  return ended.then((dispensable) => ({ dispensable, looks: seen }));
};

test('a worker ends when another version is current and its last operation has ended', async () => {
  const looks = [{ current: 'b', pinned: [operation] }, { current: 'b' }];
  expect(await watch(looks)).toEqual({ dispensable: true, looks: 3 });
});

test.each<[string, readonly Look[]]>([
  ['is current', [{ current: 'a' }]],
  ['has no successor yet', [{ current: null }]],
  ['has an operation that waits for its signal', [{ current: 'b', pinned: [operation] }]],
  ['cannot ask', [{ fails: true }]],
  [
    'sees an operation again and again',
    [{ current: 'b' }, { current: 'b', pinned: [operation] }, { current: 'b' }, { fails: true }],
  ],
])('one that %s goes on until it is stopped', async (_, looks) => {
  expect(await watch(looks, 8)).toMatchObject({ dispensable: false });
});

// A slow `up` starts the worker of a new version minutes before Temporal takes it for the current one.
test('one that is not current yet continues, for a while', async () => {
  const looks = [...Array.from({ length: 50 }, () => ({ current: 'b' })), { current: 'a' }];
  expect(await watch(looks)).toMatchObject({ dispensable: false, looks: 101 });
  expect(await watch([{ current: 'b' }], 1000)).toEqual({ dispensable: true, looks: 600 });
});

test('another version’s operations do not keep it', async () => {
  const looks = [{ current: 'a' }, { current: 'b', pinned: [{ ...operation, build: 'b' }] }];
  expect(await watch(looks)).toMatchObject({ dispensable: true });
});
