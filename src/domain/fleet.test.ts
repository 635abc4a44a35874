import { expect, test } from 'vitest';
import { replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { chooseFleet } from './choose-fleet.ts';
import { fleetEntry, type FleetRecord } from './fleet.ts';
import { staleAfterMs } from './observed.ts';
import { usualPrices } from './prices.ts';

const shop = sampleDatabase('shop');
const seenNow = { seen_at: '2031-01-01T10:00:00.000Z', age_ms: 10, notices: [] };
const members = [
  { name: 'postgres-1', role: 'leader', state: 'running', lag: 0 },
  { name: 'postgres-2', role: 'replica', state: 'streaming', lag: 512 },
] as const;

const record = (change: Partial<FleetRecord> = {}): FleetRecord => ({
  id: shop.id,
  project: 'default',
  name: 'shop',
  postgres_major: 17,
  created_at: '2031-01-01T00:00:00.000Z',
  exists_ms: 3_600_000,
  topology: replicaTopology(shop),
  seen: { ...seenNow, health: 'healthy', members },
  checkpoint_until: null,
  operation: null,
  ...change,
});
const entryOf = (change: Partial<FleetRecord> = {}) => fleetEntry(record(change), usualPrices);

test('an entry says what the monitor saw, and that nothing asks for attention', () => {
  expect(entryOf()).toMatchObject({
    health: 'healthy',
    attention: null,
    reason: null,
    leader: 'postgres-1',
    replicas: 1,
    max_lag_bytes: 512,
    observed_at: seenNow.seen_at,
    monthly_usd: 35,
  });
});

test('the lag is not known while that of one replica is not', () => {
  const unknown = [...members, { name: 'postgres-3', role: 'replica', state: 'unknown', lag: null } as const];
  expect(entryOf({ seen: { ...seenNow, health: 'degraded', members: unknown } }).max_lag_bytes).toBeNull();
});

test('of a look that is too old nothing is concluded, and the reason is that nothing has looked', () => {
  const seen = { ...seenNow, health: 'down' as const, members, age_ms: staleAfterMs + 1 };
  expect(entryOf({ seen })).toMatchObject({
    health: 'unknown',
    attention: 'unknown',
    leader: null,
    max_lag_bytes: null,
    reason: expect.stringContaining(seenNow.seen_at),
  });
  expect(entryOf({ seen: null }).reason).toContain('not looked at it yet');
});

// For five seconds each new database asked for attention.
test('one that nothing can have looked at yet asks for no attention', () => {
  const unseen = { health: 'unknown', attention: null, reason: null };
  expect(entryOf({ seen: null, exists_ms: 500 })).toMatchObject(unseen);
  const operation = { id: shop.id, type: 'restore' as const, status: 'running' as const, steps: [], monthly_usd: 15 };
  expect(entryOf({ seen: null, operation })).toMatchObject(unseen);
});

test('the most urgent thing is named, with its sentence', () => {
  const down = { seen: { ...seenNow, health: 'down' as const, members, notices: ['postgres-1 is absent.'] } };
  expect(entryOf(down)).toMatchObject({ attention: 'down', reason: 'postgres-1 is absent.' });
  const operation = {
    id: shop.id,
    type: 'scale_down' as const,
    status: 'needs_operator' as const,
    steps: [],
    monthly_usd: 15,
  };
  expect(entryOf({ ...down, operation })).toMatchObject({
    attention: 'needs_operator',
    reason: 'Its scale down could not be finished. See ./pgrow operations shop',
    operation: null,
  });
});

test('a running operation has come to the step that runs or is next', () => {
  const steps = [
    { phase: 'Prepare', status: 'done', detail: null },
    { phase: 'Cut over', status: 'running', waiting: true, detail: './pgrow cutover shop' },
    { phase: 'Tidy up', status: 'pending', detail: null },
  ] as const;
  expect(
    entryOf({ operation: { id: shop.id, type: 'expand', status: 'running', steps, monthly_usd: 77 } }),
  ).toMatchObject({
    attention: 'waiting',
    reason: 'Its operation waits for ./pgrow cutover shop',
    operation: { step: 2, steps: 3, phase: 'Cut over', waiting_for: './pgrow cutover shop', monthly_usd: 77 },
  });
});

test('a list is found through, ordered and continued by what was last', () => {
  const entries = ['delta', 'alpha', 'charlie', 'bravo'].map((name) => entryOf({ name }));
  const degraded = entryOf({ name: 'zulu', seen: { ...seenNow, health: 'degraded', members } });
  const all = [...entries, degraded];
  const names = (query: Partial<Parameters<typeof chooseFleet>[1]>) =>
    chooseFleet(all, { attention: false, sort: 'attention', limit: 9, ...query }).entries.map(({ name }) => name);
  expect(names({})).toEqual(['zulu', 'alpha', 'bravo', 'charlie', 'delta']);
  expect(names({ sort: 'name', limit: 2 })).toEqual(['alpha', 'bravo']);
  expect(names({ attention: true })).toEqual(['zulu']);
  expect(names({ q: 'CHAR' })).toEqual(['charlie']);
  expect(names({ healths: ['healthy'], stages: [0] })).toEqual([]);
  const { next, total } = chooseFleet(all, { attention: false, sort: 'attention', limit: 2 });
  expect(total).toBe(5);
  // One that was the last has gone, and another has come before it.
  const later = [entryOf({ name: 'aaron' }), ...all.filter(({ name }) => name !== 'alpha')];
  const rest = chooseFleet(later, { attention: false, sort: 'attention', limit: 9, after: next! });
  expect(rest.entries.map(({ name }) => name)).toEqual(['bravo', 'charlie', 'delta']);
});
