import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import { sampleDatabase, samplePasswords } from '../../test/support/sample-database.ts';
import type { Health } from '../domain/live-state.ts';
import { createFakePlatform } from '../platform/fake/index.ts';
import { watchHealth } from './watch-health.ts';

const shop = sampleDatabase('shop');

/** Watches shop, of which this is on record, until it has looked at the record five times; returns the engine's calls. */
const watch = async (recorded: { health: Health; age_ms?: number; doubted?: boolean } | null) => {
  const platform = createFakePlatform();
  let reads = 0;
  const store = {
    readDatabase: async () => shop,
    isBusy: async () => false,
    readSecrets: async () => samplePasswords,
    readObserved: async () => {
      reads += 1;
      if (!recorded) return null;
      const { health, age_ms = 1000, doubted = false } = recorded;
      return {
        service_id: shop.id,
        seen_at: '2026-01-01T10:00:00.000Z',
        age_ms,
        doubted,
        live: { health, nodes: [], writes: [] },
      };
    },
  };
  const dependencies = { platform, store, components: {} } as unknown as Parameters<typeof watchHealth>[0];
  const environment = new MockActivityEnvironment();
  const pace = { lookEveryMs: 1, probeLimitMs: 10, patience: { ms: 60_000, looks: 1000 } };
  const watching = environment.run(watchHealth, dependencies, shop.id, pace).catch(() => undefined);
  await vi.waitFor(() => expect(reads).toBeGreaterThanOrEqual(5));
  environment.cancel();
  await watching;
  return platform.calls.map(({ method }) => method);
};

// Every open window asked the engine for each of its nodes, and logged in to each server, every two seconds.
test('a stage that the monitor has just seen to be healthy is not looked at', async () => {
  expect(await watch({ health: 'healthy' })).toEqual([]);
});

test.each([
  ['of which nothing is on record', null],
  [
    'that is not healthy on record: evidence for a rollback is what the watch itself has met',
    { health: 'down' as const },
  ],
  ['whose record is doubted', { health: 'healthy' as const, doubted: true }],
  ['whose record is old: the monitor may have stopped', { health: 'healthy' as const, age_ms: 16_000 }],
])('a stage %s is looked at', async (_, recorded) => {
  expect(await watch(recorded)).toContain('inspectContainer');
});
