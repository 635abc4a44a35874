import { describe, expect, test } from 'vitest';
import { performAtOnce } from '../support/fake-world/without-temporal.ts';
import { begin } from '../support/fake-world/every-step.ts';
import { acknowledged, expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { adjustments, creations, repairs, switchovers } from '../support/fake-world/operations-under-test.ts';
import { lose } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { clientsNetworkName } from '../../src/domain/naming.ts';
import { nodeNamed } from '../../src/domain/topology.ts';

/** What someone removed by hand, and what pgrow says and does about it. */

const newShop = useControlPlane();

const single = async (): Promise<Shop> => {
  const shop = newShop();
  await performAtOnce(shop, creations.empty.deed);
  await shop.write(acknowledged, 'postgres');
  return shop;
};
const atHa = async (): Promise<Shop> => {
  const shop = await begin({ story: adjustments.memberAnew, newShop });
  await performAtOnce(shop, { workflow: 'setPooling', wish: { pooling: { default_pool_size: 9 } } });
  return shop;
};

/** Its container, but not its volume. */
const removeContainer = async (shop: Shop, name: string): Promise<void> => {
  const { topology } = (await shop.database())!;
  await shop.world.platform.removeContainer(nodeNamed(topology, name).container);
};

describe.concurrent('a node that someone removed', () => {
  // Without front no one reached the database but by docker exec; expand built for 13 s before it noticed.
  test('front of a single database: comes back with its ports, and nothing is built without it', async () => {
    const shop = await single();
    const before = await shop.picture();
    await lose(shop, 'front');

    await expect(shop.run('expand', { target: 'ha' })).rejects.toThrow(
      'front of shop is missing: there is no container. Rebuild it first: ./pgrow repair shop front',
    );
    expect((await shop.picture()).containers).toHaveLength(1);
    expect(await shop.run('repair', {})).toMatchObject({ type: 'repair', status: 'done', from_stage: 0, to_stage: 0 });
    await expectSound(shop, 'postgres-1');
    expect(await shop.picture()).toEqual(before);
  });

  // `docker network prune` beside a front that had stopped: no operation made its network again.
  test('front and the network that applications join: both come back', async () => {
    const shop = await single();
    await lose(shop, 'front');
    await shop.world.platform.removeNetwork(clientsNetworkName((await shop.database())!));

    expect(await shop.run('repair', { node: 'front' })).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-1');
  });

  test('the primary’s container: starts again on its volume, with every write', async () => {
    const shop = await single();
    await removeContainer(shop, 'postgres-1');

    expect(await shop.run('repair', { node: 'postgres-1' })).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-1');
  });

  // An undone step would have removed the volume, with the only copy of the data.
  test('the primary’s container: a repair that fails leaves its volume', async () => {
    const shop = await single();
    await removeContainer(shop, 'postgres-1');
    shop.world.faults.add({ when: 'after', at: ({ name }) => name === 'verifyRoutes' });

    expect(await shop.run('repair', {})).toMatchObject({ status: 'rolled_back' });
    shop.world.faults.clear();
    expect(await shop.run('repair', {})).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-1');
  });

  test('the primary with its volume: is said to be lost, with the way to a snapshot', async () => {
    const shop = await single();
    await lose(shop, 'postgres-1');

    await expect(shop.run('repair', {})).rejects.toThrow(
      /postgres-1, the primary of shop, is gone with its data.*\.\/pgrow restore shop --snapshot ID/,
    );
  });

  // It stayed lost: nothing but down and up again made etcd-1.
  test('etcd: one that has lost its data is admitted again, and the cluster elects as before', async () => {
    const shop = await atHa();
    await lose(shop, 'etcd-1');

    expect(await shop.run('repair', { node: 'etcd-1' })).toMatchObject({ status: 'done', stall_ms: null });
    await expectSound(shop);
    await expectAccountedFor(shop);
    const { etcd, machines } = shop.world;
    expect(etcd.peers(machines.named('etcd-1')!)).toEqual(['etcd-2', 'etcd-3', 'etcd-1']);
  });

  test('etcd: two without data are no quorum, which is refused before anything is touched', async () => {
    const shop = await atHa();
    for (const node of ['etcd-1', 'etcd-2']) await lose(shop, node);
    const before = await shop.picture();

    await expect(shop.run('repair', {})).rejects.toThrow(
      /etcd of shop has lost its quorum for good: of etcd-1, etcd-2, etcd-3 only etcd-3 can vote/,
    );
    expect(await shop.picture()).toEqual(before);
  });

  test('etcd: two that still have their volumes form a quorum again', async () => {
    const shop = await atHa();
    for (const node of ['etcd-1', 'etcd-2']) await removeContainer(shop, node);

    expect(await shop.run('repair', {})).toMatchObject({ status: 'done' });
    await expectSound(shop);
    await expectAccountedFor(shop);
  });

  test('of any kind: only what is named, or all of it', async () => {
    const shop = await begin({ story: repairs.ha, newShop });
    const named = await shop.run('repair', { node: 'haproxy-2' });

    expect(named).toMatchObject({ status: 'done', nodes_added: [] });
    expect(named.steps.map(({ name }) => name).filter((name) => /etcd|postgres-4/.test(name))).toEqual([]);
    expect(await shop.run('repair', {})).toMatchObject({ status: 'done' });
    await expectSound(shop);
    await expectAccountedFor(shop);
    const again = await shop.run('repair', {});
    expect(again).toMatchObject({ status: 'done', steps: [] });
  });

  // Repairing a router must not cost the way back.
  test('leaves the rollback window open, and the rollback works', async () => {
    const shop = await begin({ story: repairs.ha, newShop });

    await shop.run('repair', {});
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).not.toBeNull();
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', to_stage: 0 });
    await expectSound(shop, 'postgres-1');
  });

  test('that is well, or none of the database’s', async () => {
    const shop = await single();

    expect(await shop.run('repair', { node: 'front' })).toMatchObject({ status: 'done', steps: [] });
    await expect(shop.run('repair', { node: 'haproxy-2' })).rejects.toThrow(
      'shop has no node haproxy-2. It has front, postgres-1.',
    );
  });
});

describe.concurrent('a leader that is lost for good, its replicas too far behind to be elected', () => {
  /** One more write reached postgres-3 than postgres-4, and another no one. */
  const leaderless = async (): Promise<Shop> => {
    const shop = await atHa();
    const { servers, patroni } = shop.world;
    servers.cutOff('postgres-4');
    await shop.write('order 2', 'postgres');
    servers.cutOff('postgres-3');
    await shop.write('order 3', 'postgres');
    patroni.electNobody();
    await lose(shop, 'postgres-2');
    return shop;
  };

  test('is replaced by the furthest one only when that has been confirmed', async () => {
    const shop = await leaderless();
    const before = await shop.picture();

    await expect(shop.run('repair', {})).rejects.toThrow(
      /postgres-3 will lead: it is the most advanced of those that answer.*postgres-4 is at.*The last position of postgres-2 is not known/,
    );
    expect(await shop.picture()).toEqual(before);
  });

  test('is replaced by the furthest one, and built again as its replica', async () => {
    const shop = await leaderless();
    const document = await shop.run('repair', { confirm: true });

    expect(document).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-3');
    expect(await shop.rows('postgres')).toContain('order 2');
    expect(await shop.rows('postgres')).not.toContain('order 3');
    expect(shop.world.servers.named('postgres-2')).not.toBeNull();
  });

  // Its data may hold what no one else has.
  test('is started again where its data are still there, and nothing is lost', async () => {
    const shop = await atHa();
    shop.world.patroni.electNobody();
    await removeContainer(shop, 'postgres-2');

    expect(await shop.run('repair', {})).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-2');
  });
});

describe.concurrent('a primary at stage 2 that is lost with its data', () => {
  // There was no way on at all: no one elects there, and a switchover needs the primary.
  test.each([
    ['behind a pooler and HAProxy, synchronous', switchovers.confirming],
    ['without HAProxy', switchovers.plain],
  ])('is replaced by the furthest replica, and built again as one: %s', async (_, story) => {
    const shop = await begin({ story, newShop });
    await lose(shop, 'postgres-1');

    await expect(shop.run('repair', {})).rejects.toThrow(/postgres-2 will lead.*The last position of postgres-1/);
    expect(await shop.run('repair', { confirm: true })).toMatchObject({ status: 'done', from_stage: 2, to_stage: 2 });
    await expectSound(shop, 'postgres-2');
    await expectAccountedFor(shop);
    expect((await shop.database())?.topology.primary).toBe('postgres-2');
  });
});

describe.concurrent('a node that is missing does not keep the others from', () => {
  // Each was refused, or rolled back after it had been built for a while.
  const impaired = async (): Promise<Shop> => begin({ story: repairs.ha, newShop });

  test('a switchover at ha, which names it', async () => {
    const shop = await impaired();
    const document = await shop.run('switchover', { target_node: 'postgres-3' });

    expect(document).toMatchObject({ status: 'done', error: null });
    for (const node of ['postgres-4', 'haproxy-2', 'etcd-1']) {
      const said = document.warnings.some((line) => line.includes(`./pgrow repair shop ${node}`));
      expect([node, said]).toEqual([node, true]);
    }
    await expectSound(shop, 'postgres-3');
    expect(await shop.run('repair', {})).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-3');
    await expectAccountedFor(shop);
  });

  test('a rollback', async () => {
    const shop = await impaired();
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', to_stage: 0, error: null });
    await expectSound(shop, 'postgres-1');
    await expectAccountedFor(shop);
  });

  test('a scale-down that removes it', async () => {
    const shop = await impaired();
    const wish = { target: 'single', grace_period: 0, confirm: true } as const;
    expect(await shop.run('scaleDown', wish)).toMatchObject({ status: 'done', to_stage: 0, error: null });
    await expectSound(shop);
  });

  test('other pooling options', async () => {
    const shop = await impaired();
    const wish = { pooling: { default_pool_size: 7 } };
    expect(await shop.run('setPooling', wish)).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-2');
  });

  test('a switchover to the other replica at stage 2', async () => {
    const shop = await begin({ story: switchovers.confirming, newShop });
    await lose(shop, 'postgres-2');
    expect(await shop.run('switchover', {})).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-3');
    expect(await shop.run('repair', {})).toMatchObject({ status: 'done' });
    await expectSound(shop, 'postgres-3');
    await expectAccountedFor(shop);
  });
});
