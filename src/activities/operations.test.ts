import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openAtOnce, performAtOnce, type Activity } from '../../test/support/fake-world/without-temporal.ts';
import type { Shop } from '../../test/support/fake-world/operator.ts';
import { createWorld } from '../../test/support/fake-world/world.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const passMinutes = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);

// Temporal runs an activity again whose answer was lost. Every time the rollback window on record got longer by what the
// operation had taken, and no timer knew of it.
test.each([
  ['that says when its window ends', { window_until: '2031-01-01T10:30:00.000Z' }],
  ['of before windows were told', {}],
])('an operation %s, ended twice, has the window of the first time', async (_, window) => {
  const shop = { id: randomUUID(), world: createWorld() } as Shop;
  await performAtOnce(shop, { workflow: 'createDatabase', wish: { name: 'shop' } });
  const operation = randomUUID();
  await openAtOnce(shop, { workflow: 'expand', wish: { target: 'pooling' } }, operation);
  const { store, activities } = shop.world;
  const end = async () => {
    passMinutes(5);
    const call = { operation, database: shop.id, status: 'done', stall_ms: null, error: null, ...window };
    await new MockActivityEnvironment().run(activities.endOperation as unknown as Activity, call);
    return (await store.readOpenCheckpoint(shop.id))?.rollback_available_until;
  };

  const opened = (await store.readOpenCheckpoint(shop.id))?.rollback_available_until;
  const first = await end();
  expect(first).not.toBe(opened);
  expect(await end()).toBe(first);
});
