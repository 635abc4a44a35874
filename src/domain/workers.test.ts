import { expect, test } from 'vitest';
import { pinnedOperation } from '../../test/support/pinned-operation.ts';
import { workerIdentity } from './task-queue.ts';
import { workersDocument, type KnownWorkers } from './workers.ts';

const worker = (build: string | null, pid: number, seen_ago = 3) => ({
  identity: workerIdentity('0badcafe', { pid, host: 'alpha', instance: `0000000${pid}` }),
  build,
  seen_ago,
});
const seen = (build: string) => ({ build, since: '2026-11-29T08:00:00.000Z' });
const known = (change: Partial<KnownWorkers>): KnownWorkers => ({
  current: 'bb',
  versions: [seen('aa'), seen('bb')],
  pollers: [worker('bb', 1)],
  pinned: [],
  ...change,
});
const statuses = (all: KnownWorkers, prepared: readonly string[]) =>
  Object.fromEntries(workersDocument(all, prepared).versions.map(({ version, status }) => [version, status]));

test('during an update: what is current, what finishes its operations, what is drained, and what is still to come', () => {
  const during = known({
    versions: [seen('00'), seen('aa'), seen('bb')],
    pollers: [worker('bb', 1), worker('bb', 2), worker('aa', 3)],
    pinned: [pinnedOperation('aa')],
  });
  expect(statuses(during, ['aa', 'bb', 'cc'])).toEqual({
    bb: 'current',
    cc: 'prepared',
    aa: 'finishing',
    '00': 'drained',
  });
  const document = workersDocument(during, ['aa', 'bb']);
  expect(document.versions[0]).toMatchObject({ version: 'bb', prepared: true, workers: [{}, {}] });
  expect(document.workers[2]).toMatchObject({ host: 'alpha', pid: 3, home: '0badcafe', version: 'aa', polls: true });
  expect(document.notices).toEqual([]);
});

// It looked as if nothing were wrong: the version was listed, and its operation stood still.
test('an operation whose version has no worker, and a current version without one, are named with what to do', () => {
  const { notices } = workersDocument(known({ pollers: [worker('bb', 1, 200)], pinned: [pinnedOperation('aa')] }), [
    'aa',
    'bb',
  ]);
  expect(notices).toEqual([
    expect.stringMatching(/No worker of the current version bb polls.*\.\/pgrow up/),
    expect.stringMatching(/No worker of version aa polls: .* of shop waits.*\.\/pgrow up/),
  ]);
});

test('without versions, as on an older Temporal, a worker that polls is enough', () => {
  const without = known({ current: null, versions: [], pollers: [worker(null, 1)] });
  expect(workersDocument(without, ['aa'])).toMatchObject({ workers: [{ version: null, polls: true }], notices: [] });
  expect(workersDocument({ ...without, pollers: [] }, []).notices).toEqual([
    'No worker polls: operations wait for one. Run ./pgrow up.',
  ]);
});

test('a version that was prepared and does not become current is named', () => {
  expect(workersDocument(known({}), ['bb', 'cc']).notices).toEqual([
    'Version cc was prepared last and is not current yet.',
  ]);
});
