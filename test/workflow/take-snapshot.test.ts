import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { forGood } from '../support/fake-world/faults.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** A snapshot on request, beside a rollback window that is open. */

const newShop = useControlPlane();

const grown = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.run('expand', { target: 'ha' });
  return shop;
};

const isIn = (all: readonly Snapshot[]) => (snapshot: Snapshot) => all.some(({ id }) => id === snapshot.id);
const takenSince = async (shop: Shop, before: readonly Snapshot[]): Promise<readonly Snapshot[]> =>
  (await shop.world.store.listSnapshots(shop.id)).filter((each) => !isIn(before)(each));

describe.concurrent('takeSnapshot', () => {
  test('leaves one more snapshot, verified and kept for as long as was asked, and everything else as it was', async () => {
    const shop = await grown();
    const before = await shop.picture();
    const known = await shop.world.store.listSnapshots(shop.id);
    const document = await shop.run('takeSnapshot', { keep_for: 7200 });

    expect(document).toMatchObject({ type: 'snapshot', status: 'done', from_stage: 3, to_stage: 3, stall_ms: null });
    const [taken, ...others] = await takenSince(shop, known);
    expect(others).toEqual([]);
    expect(taken).toMatchObject({ operation_id: document.id, damage: null });
    expect(Date.parse(taken!.expires_at!) - Date.parse(taken!.verified_at!)).toBe(7_200_000);
    expect(await shop.picture()).toEqual({
      ...before,
      volumes: [...before.volumes, taken!.volume].toSorted(),
      snapshots: [taken!.id, ...before.snapshots],
    });
  });

  test('closes no rollback window: the operation before can still be rolled back', async () => {
    const shop = await grown();
    await shop.run('takeSnapshot', {});
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toMatchObject({ status: 'open', stage: 3 });
    await shop.checkpoint.signal('rollback', { actor: 'operator' });
    await shop.checkpoint.result();
    expect((await shop.database())?.topology.stage).toBe(0);
  });

  test('one that fails leaves nothing behind', async () => {
    const shop = await grown();
    const before = await shop.picture();
    const known = await shop.world.store.listSnapshots(shop.id);
    shop.world.faults.add({ when: 'after', at: ({ name }) => name === 'takeSnapshot', error: forGood });
    expect(await shop.run('takeSnapshot', {})).toMatchObject({ status: 'rolled_back' });
    expect(await shop.picture()).toEqual(before);
    expect(await takenSince(shop, known)).toEqual([]);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toMatchObject({ status: 'open' });
  });
});
