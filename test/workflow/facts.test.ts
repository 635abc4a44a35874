import { describe, expect, test } from 'vitest';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** What a server holds besides rows, and the worker's answer to it, whoever starts the workflow. */

const newShop = useControlPlane();

const pooled = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.run('expand', { target: 'pooling' });
  return shop;
};
const dataOf = (shop: Shop, node: string) => shop.world.servers.named(node)!.data;

describe.concurrent('an unlogged table', () => {
  // It had 1,000 rows: none after the expansion, none after the rollback, and both times it was "done" without a word.
  test('keeps writes from moving until that is confirmed', async () => {
    const shop = await pooled();
    dataOf(shop, 'postgres-1').unlogged.add('shop.public.sessions');
    const before = await shop.picture();
    await expect(shop.run('expand', { target: 'ha' })).rejects.toThrow(
      /confirm.*Empties 1 unlogged table.*shop\.public\.sessions/,
    );
    expect(await shop.picture()).toEqual(before);

    const document = await shop.run('expand', { target: 'ha', confirm: true });
    expect(document).toMatchObject({ status: 'done', to_stage: 3 });
    expect(document.warnings).toContainEqual(expect.stringContaining('shop.public.sessions'));
  });

  test('keeps no replica from being added', async () => {
    const shop = await pooled();
    dataOf(shop, 'postgres-1').unlogged.add('shop.public.sessions');
    expect(await shop.run('expand', { target: 'replicas' })).toMatchObject({ status: 'done', to_stage: 2 });
  });
});

test('a logical slot keeps writes from moving, and a tablespace keeps a server from being copied', async () => {
  const shop = await pooled();
  dataOf(shop, 'postgres-1').logicalSlots.add('cdc');
  await expect(shop.run('expand', { target: 'ha', confirm: true })).rejects.toThrow(/slot cdc/);
  dataOf(shop, 'postgres-1').logicalSlots.clear();
  dataOf(shop, 'postgres-1').tablespaces.add('ts');
  await expect(shop.run('expand', { target: 'replicas' })).rejects.toThrow(/tablespace ts at/);
});

// A plan was read, a replica was added, and the request ran another plan than the one that had been read.
test('only the plan that was agreed to runs; with another nothing is touched', async () => {
  const shop = await pooled();
  const before = await shop.picture();
  const other = 'a'.repeat(64);
  const refusal = await shop.run('expand', { target: 'ha', plan_digest: other }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ type: 'plan_changed' });
  expect(await shop.picture()).toEqual(before);
  const agreed = /allowed: ([0-9a-f]{64})|"allowed":"([0-9a-f]{64})"/
    .exec(JSON.stringify(refusal))
    ?.slice(1)
    .find(Boolean);
  expect(await shop.run('expand', { target: 'ha', plan_digest: agreed! })).toMatchObject({
    status: 'done',
    to_stage: 3,
  });
});

/** Names of the servers on which a slot is. */
const having = async (shop: Shop, slot: string): Promise<readonly string[]> =>
  Object.entries((await shop.picture()).slots).flatMap(([server, slots]) => (slots.includes(slot) ? [server] : []));
const primaryOf = async (shop: Shop) => (await shop.database())!.topology.primary;

// A backup tool's slot was dropped by Patroni on the old leader, and by a scale-down: its backups had a gap, and nothing said so.
describe.concurrent('a physical slot that pgrow did not make', () => {
  const withSlot = async (): Promise<Shop> => {
    const shop = await pooled();
    dataOf(shop, 'postgres-1').slots.add('barman');
    return shop;
  };

  test('goes with the writes into the cluster, through it and out of it', async () => {
    const shop = await withSlot();
    const document = await shop.run('expand', { target: 'ha' });
    expect(document.warnings).toContainEqual(expect.stringContaining('Slot barman moves'));
    expect(await having(shop, 'barman')).toContain(await primaryOf(shop));

    expect(await shop.run('switchover', {})).toMatchObject({ status: 'done' });
    expect(await having(shop, 'barman')).toContain(await primaryOf(shop));

    expect(await shop.run('scaleDown', { target: 'replicas', confirm: true })).toMatchObject({ status: 'done' });
    expect(await having(shop, 'barman')).toEqual([await primaryOf(shop)]);
  });

  test('is where it was after a rollback', async () => {
    const shop = await withSlot();
    await shop.run('expand', { target: 'ha' });
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done' });
    expect(await having(shop, 'barman')).toEqual(['postgres-1']);
  });

  test('goes with the writes at stage 2, and keeps no WAL on the server that they left', async () => {
    const shop = await withSlot();
    await shop.run('expand', { target: 'replicas', replicas: { count: 2 } });
    expect(await shop.run('switchover', { target_node: 'postgres-3' })).toMatchObject({ status: 'done' });
    expect(await having(shop, 'barman')).toEqual(['postgres-3']);
  });
});
