import { expect, test } from 'vitest';
import { liveOf } from '../../test/support/live-state.ts';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import type { LiveState } from '../domain/live-state.ts';
import type { NewEvent } from '../store/events.ts';
import { noteStorage } from './note-storage.ts';

const gibibyte = 1024 ** 3;
const shop = { ...sampleDatabase('shop'), size: { memory_bytes: gibibyte, cpus: 2, storage_bytes: 50 * gibibyte } };
const seen_at = '2026-01-01T10:00:00.000Z';

const holding = (gibibytes: number): LiveState => ({
  ...liveOf('healthy'),
  nodes: shop.topology.nodes.map(({ name, kind, container }) => ({
    name,
    kind,
    container,
    role: kind === 'postgres' ? 'primary' : null,
    state: 'running',
    detail: null,
    lag_bytes: null,
    position: null,
    facts: kind === 'postgres' ? { volume_bytes: gibibytes * gibibyte } : {},
  })),
});

const noted = async (before: LiveState | null, seen: LiveState, database = shop) => {
  const events: NewEvent[] = [];
  await noteStorage({ recordEvent: async (event) => void events.push(event) }, database, { before, seen, seen_at });
  return events;
};

test('the event is recorded when the data pass 95 % of the limit, and not again while they stay there', async () => {
  expect(await noted(holding(47), holding(48))).toMatchObject([
    { event_type: 'storage_nearly_full', metadata: { reason: '48 of 50 GiB' } },
  ]);
  expect(await noted(null, holding(60))).toHaveLength(1);
  expect(await noted(holding(48), holding(49))).toEqual([]);
  expect(await noted(holding(30), holding(47))).toEqual([]);
});

test('without a limit there is none', async () => {
  const { size: _, ...unlimited } = shop;
  expect(await noted(holding(1), holding(900), unlimited as typeof shop)).toEqual([]);
});
