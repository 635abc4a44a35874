import { describe, expect, test } from 'vitest';
import { roles } from '../../src/domain/naming.ts';
import { begin } from '../support/fake-world/every-step.ts';
import { expectAccountedFor, expectNobodyHeld, expectServed, expectSound } from '../support/fake-world/expectations.ts';
import type { PatroniState } from '../support/fake-world/etcd-cluster.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, rollbacks, settle } from '../support/fake-world/operations-under-test.ts';
import { retryUntil } from '../support/retry-until.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Stage 3 without a leader, or with one too many: rollbacks where no one takes writes, and members that led when they froze. */

const newShop = useControlPlane();

const containerOf = async (shop: Shop, node: string): Promise<string> => {
  const { containers } = await shop.picture();
  return containers.find((name) => name.endsWith(node))!;
};

/** At ha behind a pooler, its leader dead and etcd without a quorum that could elect another. */
const leaderless = async (): Promise<Shop> => {
  const shop = await begin({ story: rollbacks.ha, newShop });
  await shop.write('order 2', 'pooled');
  return shop;
};
const killLeader = async (shop: Shop): Promise<void> => {
  const { platform } = shop.world;
  for (const node of ['etcd-2', 'etcd-3', 'postgres-3']) await platform.stopContainer(await containerOf(shop, node), 0);
};

describe.concurrent('a rollback of a stage that takes no writes any more', () => {
  // It was refused, for want of a primary to hand over from: "postgres-3 takes no writes: it is in recovery".
  test('is done by the old primary, which has every write', async () => {
    const shop = await leaderless();
    await killLeader(shop);
    const document = await shop.run('rollback', {});

    expect(document).toMatchObject({ status: 'done', from_stage: 3, to_stage: 2, error: null });
    expect(document.warnings[0]).toContain(
      'takes no writes: there is no leader among postgres-3, postgres-4, postgres-5',
    );
    await expectSound(shop, 'postgres-1');
    expect(await shop.rows('pooled')).toContain('order 2');
    await expectAccountedFor(shop);
  });

  test('fetches from the dead leader what had not been streamed when it died', async () => {
    const shop = await leaderless();
    const reconnect = shop.world.servers.cutOff('postgres-1');
    await shop.write('order 3', 'pooled');
    reconnect();
    await killLeader(shop);
    expect(await shop.rows('read_only')).toContain('order 3');
    expect([...shop.world.servers.named('postgres-1')!.data.rows]).not.toContain('order 3');

    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', to_stage: 2 });
    await expectSound(shop, 'postgres-1');
    expect(await shop.rows('pooled')).toContain('order 3');
  });

  // It stopped the members first, and found out then that one of them could not be asked.
  test('is refused when a write could be lost: it says what to do, touches nothing and leaves the window open', async () => {
    const shop = await leaderless();
    await killLeader(shop);
    // Whoever led last cannot be asked any more.
    await shop.world.platform.removeContainer(await containerOf(shop, 'postgres-3'));
    const before = await shop.picture();

    await expect(shop.run('rollback', {})).rejects.toThrow(
      'postgres-3 of shop is missing: there is no container. Rebuild it first: ./pgrow repair shop',
    );
    expect(await shop.picture()).toEqual(before);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).not.toBeNull();
    // Which leads out.
    expect(await shop.run('repair', {})).toMatchObject({ status: 'done', error: null });
    expect(await shop.rows('pooled')).toContain('order 2');
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', to_stage: 2 });
    await expectSound(shop, 'postgres-1');
  });

  test('undoes everything and leaves the window open when the leader dies while its members are taken out of Patroni', async () => {
    const shop = await leaderless();
    await killLeader(shop);
    const before = await shop.picture();
    const held = shop.world.faults.hold(({ name, context }) => name === 'restartNode' && context?.direction === 'run');
    const rollback = await shop.start('rollback', {});
    await held.reached;
    await shop.world.platform.removeContainer(await containerOf(shop, 'postgres-3'));
    held.release();
    const document = await shop.end(rollback);

    expect(document).toMatchObject({ status: 'rolled_back', error: { code: 'node_failed', left_over: [] } });
    expect(document.error?.message).toMatch(/postgres-3 is gone/);
    // The members' servers start by themselves, under a Patroni that has no one to lead.
    const gone = (name: string) => !name.endsWith('postgres-3');
    await retryUntil('the others to be as before', async () =>
      expect((await shop.picture()).containers).toEqual(before.containers.filter(gone)),
    );
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).not.toBeNull();
  });

  test('does not wait for a member that refuses its login once it is stopped and started', async () => {
    const shop = await leaderless();
    await killLeader(shop);
    const held = shop.world.faults.hold(({ name }) => name === 'gatherWrites');
    const rollback = await shop.start('rollback', {});
    await held.reached;
    shop.world.connections.keepOut(roles.own, ['postgres-4']);
    held.release();

    expect(await shop.end(rollback)).toMatchObject({
      status: 'rolled_back',
      error: {
        code: 'refused',
        message: expect.stringMatching(/does not report its WAL position.*no pg_hba.conf entry/),
      },
    });
  });
});

// Thawed in the middle of another hand-over, a member that had led was still a primary, and Patroni, paused, left it that. It
// took the lock that the hand-over freed, HAProxy led clients to both, and what one of them had acknowledged was lost.
describe.concurrent('a member that led when it froze', () => {
  const deposed = async (how: 'paused' | 'cut off' = 'paused') => {
    const shop = newShop();
    await create(shop);
    await shop.run('expand', { target: 'ha', pooling: {} });
    await settle(shop);
    await shop.write('order 1', 'pooled');
    const { machines, servers, patroni } = shop.world;
    const thaw = machines.hang('postgres-2', how);
    const cluster = servers.patroni(machines.named('postgres-3')!)!;
    patroni.elect(cluster, 'postgres-3');
    return { shop, thaw, cluster };
  };
  const onceSet = (cluster: PatroniState, key: 'paused' | 'locked', to: boolean, then: () => void) => {
    let value: boolean = cluster[key];
    Object.defineProperty(cluster, key, {
      get: () => value,
      set: (set: boolean) => {
        value = set;
        if (set === to) then();
      },
    });
  };
  const expectOneLeader = async (shop: Shop) => {
    expect(shop.world.servers.violations).toEqual([]);
    await expectServed(shop, 'postgres-4');
    expect(shop.world.servers.isPrimary(shop.world.servers.named('postgres-2')!)).toBe(false);
    expectNobodyHeld(shop);
  };

  test('and is still frozen is killed before the next hand-over, and comes back as a replica', async () => {
    const { shop } = await deposed();
    expect(await shop.run('switchover', { target_node: 'postgres-4' })).toMatchObject({ status: 'done', error: null });
    await expectOneLeader(shop);
  });

  test('and is thawed as Patroni is paused is killed as well', async () => {
    const { shop, thaw, cluster } = await deposed();
    onceSet(cluster, 'paused', true, thaw);
    expect(await shop.run('switchover', { target_node: 'postgres-4' })).toMatchObject({ status: 'done', error: null });
    await expectOneLeader(shop);
  });

  test('and could not be asked, but took the lock, is killed then', async () => {
    const { shop, thaw, cluster } = await deposed('cut off');
    onceSet(cluster, 'locked', false, thaw);
    expect(await shop.run('switchover', { target_node: 'postgres-4' })).toMatchObject({ status: 'done', error: null });
    await expectOneLeader(shop);
  });
});
