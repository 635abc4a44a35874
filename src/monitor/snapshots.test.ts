import { expect, test } from 'vitest';
import { realComponents } from '../nodes/dependencies.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Store } from '../store/store.ts';
import { expireOnce } from './snapshots.ts';

const home = '1a2b3c4d';
const now = Date.parse('2026-01-02T00:00:00Z');
const soon = '2026-01-02T00:00:01.000Z';
const past = '2026-01-01T23:59:59.000Z';

interface World {
  readonly snapshots: readonly Pick<Snapshot, 'id' | 'expires_at'>[];
  readonly open?: string;
  readonly running?: boolean;
  readonly held?: object;
}

/** The database `shop` with its snapshots; `gone` was destroyed; no one has heard of `stranger`. */
const runOnce = async ({ snapshots, open, running = false, held }: World) => {
  const platform = createFakePlatform();
  const volume = (name: string, database: string) =>
    platform.ensureVolume({
      name,
      labels: { 'pgrow.home': home, 'pgrow.database': database, 'pgrow.kind': 'snapshot' },
    });
  for (const { id } of snapshots) await volume(id, 'shop');
  await volume('of-gone', 'gone');
  await volume('of-stranger', 'stranger');
  const records = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const store = {
    listDatabases: async () => [{ id: 'shop', name: 'shop', held }],
    readDatabase: async (id: string) => (id === 'shop' ? { id } : null),
    readLastOperation: async (id: string) => (id === 'gone' ? { status: 'done', database: 'gone' } : null),
    isBusy: async () => running,
    readOpenCheckpoint: async () => (open === undefined ? null : { snapshot_id: open }),
    listSnapshots: async () => [...records.values()].map((record) => ({ ...record, volume: record.id })),
    recordSnapshot: async (snapshot: Snapshot) => void records.set(snapshot.id, snapshot),
    removeSnapshot: async (_: string, id: string) => void records.delete(id),
  } as unknown as Store;
  const log = { info: () => undefined, warn: () => undefined };
  await expireOnce({ platform, store, components: realComponents, home, log }, now);
  const { volumes } = await platform.findByLabels({ 'pgrow.home': home });
  return { volumes, records: [...records.values()].map(({ id, expires_at }) => [id, expires_at]) };
};

test('a snapshot goes when its time is over, and not before', async () => {
  const snapshots = [
    { id: 'old', expires_at: past },
    { id: 'young', expires_at: soon },
  ];
  expect(await runOnce({ snapshots })).toEqual({ volumes: ['of-stranger', 'young'], records: [['young', soon]] });
});

test('the one of the open checkpoint stays; one whose checkpoint was used up gets its time now', async () => {
  const snapshots = [
    { id: 'open', expires_at: null },
    { id: 'used-up', expires_at: null },
  ];
  expect((await runOnce({ snapshots, open: 'open' })).records).toEqual([
    ['open', null],
    ['used-up', '2026-01-03T00:00:00.000Z'],
  ]);
});

test('while an operation runs its database is left alone', async () => {
  expect((await runOnce({ snapshots: [{ id: 'old', expires_at: past }], running: true })).volumes).toContain('old');
});

test('of a database whose record comes from a backup none goes: the record may be older than its snapshots', async () => {
  expect((await runOnce({ snapshots: [{ id: 'old', expires_at: past }], held: {} })).volumes).toContain('old');
});

test('volumes of a destroyed database go; of one that no one has heard of they stay', async () => {
  expect((await runOnce({ snapshots: [] })).volumes).toEqual(['of-stranger']);
});
