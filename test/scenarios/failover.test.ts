import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { cutOffNode, freezeNode } from '../support/faults.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** The leader is gone without notice. Patroni's ttl is a minute here: whoever is quicker is pgrow's monitor. */

const plane = useControlPlane();
let shop: ManagedDatabase;

const leaderOf = async (database: ManagedDatabase) =>
  (await database.nodes('postgres')).find(({ role }) => role === 'primary')!;

const failovers = async () => {
  const { events } = await shop.read<{ events: { event_type: string; metadata: Record<string, unknown> }[] }>('events');
  return events.filter(({ event_type }) => event_type === 'failover').map(({ metadata }) => metadata);
};

const expectSucceeded = async (dead: { readonly name: string }) => {
  const failover = await retryUntil(`the failover from ${dead.name}`, async () => {
    const [latest] = await failovers();
    expect(latest).toMatchObject({ previous_leader: dead.name });
    return latest!;
  });
  await expectDatabase(shop).toHavePrimary(String(failover['new_leader']));
  // It comes back by itself, as a replica of its successor.
  await expectDatabase(shop).toBeHealthy();
  await expectDatabase(shop).toHoldItsData();
  await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
};

describe('in synchronous mode, through PgBouncer', () => {
  test('the container exits: only what was under way fails, and nothing acknowledged is lost', async () => {
    shop = await plane.create('crash');
    await keepData(shop);
    await shop.expand('ha', '--with-pooling', '--sync-mode', 'sync_one', '--failover-time', '60');
    const dead = await leaderOf(shop);
    const report = await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await plane.platform.signalContainer(dead.container, 'SIGKILL');
      await retryUntil('a new leader', async () => expect((await leaderOf(shop)).name).not.toBe(dead.name));
      await workload.nextAcknowledgement();
    });
    expect(report.failed, JSON.stringify(report.errors)).toBeLessThanOrEqual(4);
    await expectSucceeded(dead);
  });

  test('the container is frozen: it is fenced, then the same', async () => {
    const dead = await leaderOf(shop);
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await freezeNode(dead.container);
      await retryUntil('a new leader', async () => expect((await leaderOf(shop)).name).not.toBe(dead.name));
      await workload.nextAcknowledgement();
    });
    await expectSucceeded(dead);
  });

  // Whatever it may have acknowledged since would be lost: while another leads it must not take a write.
  test('the container is cut off: it is fenced, then the same', async () => {
    const dead = await leaderOf(shop);
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await cutOffNode(dead.container);
      await retryUntil('a new leader', async () => {
        const leader = await leaderOf(shop);
        expect(leader?.name ?? dead.name).not.toBe(dead.name);
      });
      await workload.nextAcknowledgement();
    });
    await expectSucceeded(dead);
  });
});

test('a replica that exits comes back, and nobody notices', async () => {
  const replica = (await shop.nodes('postgres')).find(({ role }) => role === 'replica')!;
  const leader = await leaderOf(shop);
  const before = (await failovers()).length;
  await withWorkload(shop, {}, async (workload) => {
    await plane.platform.signalContainer(replica.container, 'SIGKILL');
    await retryUntil('the replica streaming again', async () => {
      const state = await plane.platform.inspectContainer(replica.container);
      expect(state).toMatchObject({ running: true });
    });
    await workload.nextAcknowledgement();
  });
  await expectDatabase(shop).toHavePrimary(leader.name);
  await expectDatabase(shop).toBeHealthy();
  expect(await failovers()).toHaveLength(before);
});
