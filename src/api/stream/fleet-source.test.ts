import { beforeEach, expect, test, vi } from 'vitest';
import { sampleDatabase } from '../../../test/support/sample-database.ts';
import type { FleetRecord } from '../../domain/fleet.ts';
import { staleAfterMs } from '../../domain/observed.ts';
import { usualPrices } from '../../domain/prices.ts';
import { fleetSource } from './fleet-source.ts';

const record = (name: string, change: Partial<FleetRecord> = {}): FleetRecord => {
  const { id, project, topology } = sampleDatabase(name);
  return {
    id,
    project,
    name,
    postgres_major: 17,
    created_at: '2031-01-01T00:00:00.000Z',
    exists_ms: 3_600_000,
    topology,
    seen: { seen_at: '2031-01-01T10:00:00.000Z', age_ms: 10, health: 'healthy', members: [], notices: [] },
    checkpoint_until: null,
    operation: null,
    ...change,
  };
};

const world = () => {
  const rows = new Map<string, FleetRecord>();
  const changed = { ids: null as readonly string[] | null, upTo: '7' };
  const reads: (readonly string[] | 'all')[] = [];
  const source = fleetSource(
    {
      store: {
        readChangedDatabases: async (since) => (since === null ? { ...changed, ids: null } : changed),
        readFleet: async ({ ids }) => {
          reads.push(ids ?? 'all');
          return [...rows.values()].filter(({ id }) => ids?.includes(id) ?? true);
        },
      },
      prices: usualPrices,
    },
    '*',
  );
  const put = (...records: readonly FleetRecord[]) => records.forEach((each) => rows.set(each.id, each));
  return { source, rows, put, changed, reads };
};

const [shop, billing] = [record('shop'), record('billing')];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  return () => vi.useRealTimers();
});

test('all are read at first, then those that have changed, and none while nothing has', async () => {
  const { source, put, changed, reads } = world();
  put(shop, billing);
  const first = await source.read(null);
  expect(source.snapshot(first)).toMatchObject({ databases: [{ name: 'shop' }, { name: 'billing' }] });
  changed.ids = [];
  expect(source.changes(first, await source.read(first))).toEqual([]);
  expect(reads).toEqual(['all']);
  const third = record('third');
  put({ ...shop, postgres_major: 18 }, third);
  changed.ids = [shop.id, third.id];
  const second = await source.read(first);
  expect(source.changes(first, second)).toMatchObject([
    { event: 'changed', data: { databases: [{ name: 'shop', postgres_major: 18 }, { name: 'third' }], removed: [] } },
  ]);
  expect(reads).toEqual(['all', [shop.id, third.id]]);
  expect(source.snapshot(second)).toMatchObject({ databases: { length: 3 } });
});

test('one that is read again and has not changed is no event, and one that is gone is named', async () => {
  const { source, rows, put, changed } = world();
  put(shop, billing);
  const first = await source.read(null);
  rows.delete(billing.id);
  changed.ids = [shop.id, billing.id];
  expect(source.changes(first, await source.read(first))).toEqual([
    { event: 'changed', data: { topic: 'databases', databases: [], removed: [billing.id] } },
  ]);
});

test('one that has not been seen for too long is read again, though nothing was written', async () => {
  const { source, put, changed, reads } = world();
  put(shop, { ...billing, seen: { ...billing.seen!, age_ms: staleAfterMs + 5 } });
  const first = await source.read(null);
  changed.ids = [];
  vi.advanceTimersByTime(staleAfterMs - 20);
  expect(await source.read(first)).toEqual(first);
  vi.advanceTimersByTime(20);
  put({ ...shop, seen: { ...shop.seen!, age_ms: staleAfterMs + 10 } });
  const old = await source.read(first);
  expect(source.changes(first, old)).toMatchObject([{ data: { databases: [{ name: 'shop', health: 'unknown' }] } }]);
  vi.advanceTimersByTime(staleAfterMs);
  expect((await source.read(old)).known).toBe(old.known);
  expect(reads).toEqual(['all', [shop.id]]);
});

test('all are read again where any may have changed', async () => {
  const { source, put, changed, reads } = world();
  put(shop);
  const first = await source.read(null);
  changed.ids = null;
  put(billing);
  expect(source.changes(first, await source.read(first))).toMatchObject([
    { data: { databases: [{ name: 'billing' }] } },
  ]);
  expect(reads).toEqual(['all', 'all']);
});
