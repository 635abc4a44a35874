import { describe, expect, test } from 'vitest';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, expansions } from '../support/fake-world/operations-under-test.ts';
import { tell } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};
/** Removals of a volume so far, by the end of its name. */
const removals = (shop: Shop, node: string) =>
  shop.world.platform.calls.filter(({ method, name }) => method === 'removeVolume' && name.endsWith(node)).length;

describe.concurrent('fresh attempts', () => {
  test('a base backup that breaks off starts again in an empty volume', async () => {
    const shop = await newDatabase();
    shop.world.servers.failClone('postgres-2', 1);
    const document = await shop.run('expand', { target: 'replicas' });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(removals(shop, 'postgres-2')).toBe(1);
    expect((await shop.picture()).slots['postgres-1']).toEqual(['postgres_2']);
  });

  test('three broken base backups roll back, and say what the last one said', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    shop.world.servers.failClone('postgres-2', 99);
    const document = await shop.run('expand', { target: 'replicas' });

    expect(document).toMatchObject({
      status: 'rolled_back',
      error: {
        code: 'node_failed',
        step: 'clone postgres-2 from postgres-1',
        message: expect.stringContaining('pg_basebackup'),
      },
    });
    for (const fact of ['Disk: ', 'WAL kept on postgres-1: slot postgres_2', 'Network: postgres-1:5432 answers'])
      expect(document.error?.message).toContain(fact);
    expect(document.steps.find(({ name }) => name === 'clone postgres-2 from postgres-1')?.status).toBe('undone');
    expect(removals(shop, 'postgres-2')).toBeGreaterThanOrEqual(3);
    expect(await shop.picture()).toEqual(before);
  });

  test('a standby leader that cannot be cloned begins with a fresh scope, slot and volume', async () => {
    const shop = await newDatabase();
    shop.world.servers.failClone('postgres-2', 1);
    const document = await tell(expansions.jump, shop);

    expect(document).toMatchObject({ status: 'done', to_stage: 3 });
    expect(removals(shop, 'postgres-2')).toBe(1);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-2');
  });

  test('a snapshot that fails every time is reported with disk, WAL and network', async () => {
    const shop = await newDatabase();
    shop.world.servers.failSnapshots(99);
    const document = await shop.run('expand', { target: 'replicas' });

    expect(document).toMatchObject({ status: 'rolled_back', error: { code: 'node_failed' } });
    for (const fact of ['snapshot of postgres-1', 'Disk: ', 'WAL kept on postgres-1: ', 'Network: postgres-1:5432'])
      expect(document.error?.message).toContain(fact);
  });

  test('a snapshot that breaks off is taken again', async () => {
    const shop = await newDatabase();
    shop.world.servers.failSnapshots(2);
    const document = await shop.run('expand', { target: 'replicas' });

    expect(document).toMatchObject({ status: 'done' });
    expect((await shop.picture()).snapshots).toHaveLength(1);
  });

  test(
    'etcd that forms no quorum begins again, each time with fresh volumes and another token',
    { timeout: 120_000 },
    async () => {
      const shop = await newDatabase();
      shop.world.etcd.breakNext(2);
      shop.world.faults.losePatience('waitUntilEtcdQuorum', 0.2);
      const document = await tell(expansions.jump, shop);

      expect(document).toMatchObject({ status: 'done', to_stage: 3 });
      expect(new Set(shop.world.etcd.tokens).size).toBe(3);
      for (const node of ['etcd-1', 'etcd-2', 'etcd-3']) expect(removals(shop, node)).toBe(2);
    },
  );

  test('three etcd clusters without a quorum roll back', { timeout: 120_000 }, async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    shop.world.etcd.breakNext(99);
    shop.world.faults.losePatience('waitUntilEtcdQuorum', 0.2);
    const document = await tell(expansions.jump, shop);

    expect(document).toMatchObject({ status: 'rolled_back', error: { step: 'wait until etcd has a quorum' } });
    for (const node of ['etcd-1', 'etcd-2', 'etcd-3'])
      expect(document.error?.message).toMatch(
        new RegExp(
          `${node}:2379: .*; peers as ${node} sees them: (etcd-.:2380 (answers|does not answer)(, )?){2}; end of its log`,
        ),
      );
    expect(shop.world.etcd.tokens).toHaveLength(3);
    expect(await shop.picture()).toEqual(before);
  });
});
