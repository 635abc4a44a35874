import { describe, expect, test } from 'vitest';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** What an administrator has set by ALTER SYSTEM is in a file of one server, which streaming does not carry. */

const newShop = useControlPlane();

const created = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};
const settingsOn = (shop: Shop, node: string): Map<string, string> => shop.world.servers.named(node)!.data.settings;

describe.concurrent('what ALTER SYSTEM has set', () => {
  // `work_mem` was gone after a switchover, and nothing was said.
  test('goes along when writes move to a replica that was cloned before it was set', async () => {
    const shop = await created();
    await shop.run('expand', { target: 'replicas' });
    settingsOn(shop, 'postgres-1').set('work_mem', '64MB');
    settingsOn(shop, 'postgres-2').set('left_over', 'of before');
    await shop.run('switchover', {});

    expect((await shop.database())?.topology.primary).toBe('postgres-2');
    expect([...settingsOn(shop, 'postgres-2')]).toEqual([['work_mem', '64MB']]);
  });

  test('goes up with the database, to every member, and back with what was changed there', async () => {
    const shop = await created();
    await shop.run('expand', { target: 'replicas' });
    settingsOn(shop, 'postgres-1').set('work_mem', '64MB');
    await shop.run('expand', { target: 'ha' });
    for (const node of ['postgres-2', 'postgres-3', 'postgres-4', 'postgres-5'])
      expect([node, ...settingsOn(shop, node)]).toEqual([node, ['work_mem', '64MB']]);

    settingsOn(shop, 'postgres-3').set('lock_timeout', '66s');
    settingsOn(shop, 'postgres-3').delete('work_mem');
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', to_stage: 2 });
    expect([...settingsOn(shop, 'postgres-1')]).toEqual([['lock_timeout', '66s']]);
    expect(settingsOn(shop, 'postgres-2').get('lock_timeout')).toBe('66s');
  });
});

// The preflight passed, the primary was stopped for three seconds and started again, and the replica received nothing any more.
test('a replica that has stopped replaying for want of settings takes nothing over, and the refusal says how it continues', async () => {
  const shop = await created();
  await shop.run('expand', { target: 'replicas' });
  shop.world.pauseReplay('postgres-2');
  const refused = await shop.run('switchover', {});

  expect(refused).toMatchObject({ status: 'rolled_back', error: { code: 'refused' } });
  expect(refused.error?.message).toContain('its max_connections is 200, postgres-1 has 400. Rebuild it');
  expect(await shop.write('order 1', 'read_write')).toBe('postgres-1');
});

// An application that had been made with one search configuration would find other rows with another.
test('what a database has had is written down, for whatever server comes to it', async () => {
  const shop = await created();
  expect((await shop.database())?.settings).toMatchObject({ default_text_search_config: 'pg_catalog.english' });
  // As one that an earlier version has made: nothing is known of it but by its server.
  await shop.world.store.saveSettings(shop.id, {});
  await shop.run('expand', { target: 'pooling' });
  expect((await shop.database())?.settings).toMatchObject({ default_text_search_config: 'pg_catalog.english' });
});
