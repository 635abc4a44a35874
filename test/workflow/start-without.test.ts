import { describe, expect, test } from 'vitest';
import { nodeNamed } from '../../src/domain/topology.ts';
import { readLiveState } from '../../src/nodes/read-live-state.ts';
import { acknowledged, expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import { startsAgain } from '../support/fake-world/operations-under-test.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { tell, type Story } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/**
 * One bad replica, member of etcd, router or pooler made a start fail, and everything else was refused because the database was stopped.
 * The way out was to remove its container and its volume by hand.
 */

const newShop = useControlPlane();

const waits = [
  'startNode',
  'waitUntilEtcdQuorum',
  'waitUntilClusterHealthy',
  'waitUntilReplicated',
  'waitUntilRouting',
  'verifyPooler',
  'verifyRoutes',
];

const prepared = async (story: Story): Promise<Shop> => {
  const shop = newShop();
  await story.prepare(shop);
  for (const wait of waits) shop.world.faults.losePatience(wait, 6);
  return shop;
};

const live = async ({ id, world: { dependencies, store } }: Shop) =>
  readLiveState(dependencies, (await store.readDatabase(id))!);

const notRunning = 'Mend it: ./pgrow repair shop';

describe.concurrent('a start', () => {
  test.each([
    [startsAgain.ha, 'haproxy-2', 'postgres-2'],
    [startsAgain.ha, 'etcd-1', 'postgres-2'],
    [startsAgain.ha, 'postgres-4', 'postgres-2'],
    [startsAgain.ha, 'pgbouncer-1', 'postgres-2'],
    [startsAgain.plain, 'postgres-2', 'postgres-1'],
    [startsAgain.confirming, 'postgres-3', 'postgres-1'],
  ] as const)(
    '($name) does without $1, which ends as soon as it begins, and names it; repair mends it',
    async (...of) => {
      const [story, name, primary] = of;
      const shop = await prepared(story);
      const mend = shop.world.machines.breakDown(name);
      const document = await tell(story, shop);

      expect(document).toMatchObject({ status: 'done', error: null });
      expect(document.warnings).toEqual([expect.stringMatching(`^${name} was left aside: .*${notRunning} ${name}$`)]);
      expect(await shop.write('order 2', 'postgres')).toBe(primary);
      const { health, notices } = await live(shop);
      expect(health).toBe('degraded');
      expect(notices.join('\n')).toContain(`./pgrow repair shop ${name}`);

      // It stays down, so that nothing but the repair brings it back.
      await shop.world.platform.signalContainer(
        nodeNamed((await shop.database())!.topology, name).container,
        'SIGKILL',
      );
      mend();
      expect(await shop.run('repair', { node: name })).toMatchObject({ status: 'done', error: null });
      await expectSound(shop, primary);
      await expectAccountedFor(shop);
    },
  );

  test.each(['haproxy-1', 'etcd-2', 'postgres-3', 'pgbouncer-1'])('does without %s, which hangs', async (name) => {
    const shop = await prepared(startsAgain.ha);
    shop.world.machines.hang(name, 'paused');
    const document = await tell(startsAgain.ha, shop);
    expect(document).toMatchObject({ status: 'done', error: null });
    expect(document.warnings).toEqual([expect.stringContaining(`${name} was left aside: `)]);
    expect(await shop.write('order 2', 'postgres')).toBe('postgres-2');
  });

  // Commits wait for one of them: the way to the primary is verified all the same, and what they wait for can be repaired.
  test('does without all replicas that have to confirm commits', async () => {
    const shop = await prepared(startsAgain.confirming);
    for (const name of ['postgres-2', 'postgres-3']) shop.world.machines.breakDown(name);
    const document = await tell(startsAgain.confirming, shop);
    expect(document).toMatchObject({ status: 'done', error: null });
    expect(document.warnings).toHaveLength(2);
    // The primary looked well, and status said "degraded" while each commit of a client hung.
    const { health, notices } = await live(shop);
    expect(health).toBe('down');
    expect(notices.join('\n')).toContain(
      'Commits wait until a replica is back that confirms them (postgres-2, postgres-3)',
    );
    expect(await shop.rows('postgres')).toContain(acknowledged);
  });

  test.each([
    ['its only router', startsAgain.confirming, ['haproxy-1']],
    ['its primary', startsAgain.ha, ['postgres-2']],
    ['a majority of etcd', startsAgain.ha, ['etcd-1', 'etcd-3']],
    ['the front', startsAgain.plain, ['front']],
  ] as const)('takes %s: without that the database stays stopped', async (_, story, broken) => {
    const shop = await prepared(story);
    for (const name of broken) shop.world.machines.breakDown(name);
    expect(await tell(story, shop)).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });
    expect(shop.world.machines.running()).toEqual([]);
    expect((await shop.database())!.topology.stopped).toBe(true);
  });
});

test('a stop does not fail, and is undone, because of a router that did not run before', async () => {
  const shop = await prepared(startsAgain.ha);
  await tell(startsAgain.ha, shop);
  const { topology } = (await shop.database())!;
  shop.world.machines.breakDown('haproxy-2');
  await shop.world.platform.signalContainer(nodeNamed(topology, 'haproxy-2').container, 'SIGKILL');
  shop.world.faults.add({
    when: 'before',
    at: ({ name, context }) => name === 'waitUntilCaughtUp' && context?.direction === 'run',
  });
  expect(await shop.run('stopDatabase', { confirm: true })).toMatchObject({
    status: 'rolled_back',
    error: { left_over: [] },
  });
  expect(await shop.write('order 2', 'postgres')).toBe('postgres-2');
});
