import { describe, expect, test } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { begin } from '../support/fake-world/every-step.ts';
import { expectAccountedFor, expectServed, expectSound } from '../support/fake-world/expectations.ts';
import { listen } from '../support/fake-world/listen.ts';
import { forGood, type ActivityCall } from '../support/fake-world/faults.ts';
import { failovers, switchovers } from '../support/fake-world/operations-under-test.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** The monitor is down, or cannot help, and an operator decides. */

const newShop = useControlPlane();

/** At ha, its leader frozen: one more write reached postgres-3 than postgres-4, and another no one. */
const behind = async (): Promise<{ readonly shop: Shop; readonly thaw: () => void }> => {
  const shop = await begin({ story: switchovers.members, newShop });
  const { servers, machines } = shop.world;
  const joins = [servers.cutOff('postgres-4')];
  await shop.write('order 2', 'postgres');
  joins.push(servers.cutOff('postgres-3'));
  await shop.write('order 3', 'postgres');
  const thaw = machines.hang('postgres-2', 'paused');
  for (const join of joins) join();
  return { shop, thaw };
};

const during = (name: string) => (call: ActivityCall) => call.name === name && call.context?.direction === 'run';

describe.concurrent('a leader that hangs, its replicas too far behind to be elected', () => {
  // Patroni waits for the leader, for no replica is within maximum_lag_on_failover; a switchover needs the leader as well.
  test('is replaced only when it has been confirmed what is lost', async () => {
    const { shop } = await behind();
    const before = await shop.picture();

    await expect(shop.run('failover', {})).rejects.toThrow(
      /postgres-3 will lead: it is the most advanced.*postgres-4 is at.*The last position of postgres-2 is not known/,
    );
    expect(await shop.picture()).toEqual(before);
  });

  test('is killed and replaced by the most advanced one, and comes back as its replica', async () => {
    const { shop } = await behind();
    const document = await shop.run('failover', { confirm: true });

    expect(document).toMatchObject({ type: 'failover', status: 'done', error: null, from_stage: 3, to_stage: 3 });
    const rows = await shop.rows('postgres');
    expect([rows.includes('order 2'), rows.includes('order 3')]).toEqual([true, false]);
    const { servers } = shop.world;
    expect(servers.violations).toEqual([]);
    expect(servers.isPrimary(servers.named('postgres-3')!)).toBe(true);
    expect(servers.isPrimary(servers.named('postgres-2')!)).toBe(false);
    const [event] = await shop.world.store.listEvents(shop.id, 1);
    expect(event).toMatchObject({
      event_type: 'failover',
      metadata: { previous_leader: 'postgres-2', new_leader: 'postgres-3' },
    });
  });

  // Writes that it acknowledged in the meantime would have been lost although it works.
  test('is left alone when it takes writes again before it is killed', async () => {
    const { shop, thaw } = await behind();
    const held = shop.world.faults.hold(during('preflightFailOver'));
    const running = shop.run('failover', { confirm: true });
    await held.reached;
    thaw();
    held.release();

    const document = await running;
    expect(document).toMatchObject({ status: 'rolled_back' });
    expect(document.error?.message).toContain('postgres-2 takes writes again, which is not what was confirmed');
    await expectSound(shop, 'postgres-2');
    expect(await shop.rows('postgres')).toContain('order 3');
  });

  // Two servers took writes: the one that was to be killed had not been.
  test('is killed also where Patroni elects the chosen one in the meantime', async () => {
    const { shop } = await behind();
    const { faults, patroni, servers } = shop.world;
    const held = faults.hold(during('failOver'));
    const running = shop.run('failover', { confirm: true });
    await held.reached;
    patroni.elect(servers.patroni(servers.named('postgres-3')!.machine)!, 'postgres-3');
    held.release();

    expect(await running).toMatchObject({ status: 'done', error: null });
    expect(servers.isPrimary(servers.named('postgres-3')!)).toBe(true);
    expect(servers.isPrimary(servers.named('postgres-2')!)).toBe(false);
  });

  // It ended for an operator, its cluster paused, because one of three routers was down with the primary.
  test('is replaced although a router is down as well', async () => {
    const { shop } = await behind();
    const router = (await shop.database())!.topology.nodes.find(({ name }) => name === 'haproxy-2')!;
    await shop.world.platform.stopContainer(router.container, 1);
    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'done', error: null });
    expect(shop.world.servers.isPrimary(shop.world.servers.named('postgres-3')!)).toBe(true);
  });

  test('is left to whichever member was elected in the meantime', async () => {
    const { shop } = await behind();
    const { faults, patroni, servers } = shop.world;
    const held = faults.hold(during('failOver'));
    const running = shop.run('failover', { confirm: true });
    await held.reached;
    patroni.elect(servers.patroni(servers.named('postgres-4')!.machine)!, 'postgres-4');
    held.release();

    const document = await running;
    expect(document).toMatchObject({ status: 'rolled_back' });
    expect(document.error?.message).toContain('postgres-4 takes writes by now');
    expect(servers.isPrimary(servers.named('postgres-4')!)).toBe(true);
    expect(servers.isPrimary(servers.named('postgres-3')!)).toBe(false);
    expect(servers.patroni(servers.named('postgres-4')!.machine)?.paused).toBe(false);
  });

  // Two primaries would have taken writes.
  test('is never succeeded while the engine does not end it', async () => {
    const { shop } = await behind();
    const { platform, servers } = shop.world;
    platform.failNext('signalContainer', new PgrowError('node_failed', 'Cannot kill it: it is stuck in the kernel.'));

    const document = await shop.run('failover', { confirm: true });
    expect(document).toMatchObject({ status: 'needs_operator' });
    expect(document.error?.left_over[0]?.command).toBe('./pgrow failover shop --yes');
    expect(['postgres-3', 'postgres-4'].map((name) => servers.isPrimary(servers.named(name)!))).toEqual([false, false]);

    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'done', error: null });
    expect(servers.isPrimary(servers.named('postgres-3')!)).toBe(true);
    expect(servers.violations).toEqual([]);
  });

  test('may be replaced by another one than was chosen first, as long as that one has not taken over', async () => {
    const { shop } = await behind();
    const { faults, servers } = shop.world;
    faults.add({ when: 'before', error: forGood, at: during('failOver') });
    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'needs_operator' });
    faults.clear();

    await expect(shop.run('switchover', {})).rejects.toThrow('The last failover of shop stopped');
    const document = await shop.run('failover', { confirm: true, target_node: 'postgres-4' });
    expect(document).toMatchObject({ status: 'done', error: null });
    expect(servers.isPrimary(servers.named('postgres-4')!)).toBe(true);
  });

  test('is left aside if it cannot follow, with the command that rebuilds it', async () => {
    const shop = await begin({ story: failovers.members, newShop });
    shop.world.servers.cutOff('postgres-2');
    const notes = listen(shop);
    for (const wait of ['rejoinCluster', 'waitUntilRouting', 'waitUntilClusterHealthy'])
      shop.world.faults.losePatience(wait, 1);

    const document = await shop.run('failover', { confirm: true });
    expect(document).toMatchObject({ status: 'done', error: null });
    expect(document.warnings.join()).toContain('Rebuild it then: ./pgrow reinit shop postgres-2');
    expect(notes.join()).toMatch(/postgres-2 was left aside: .* Rebuild it: \.\/pgrow reinit shop postgres-2/);
    await expectServed(shop, 'postgres-3');
  });
});

describe.concurrent('a primary at stage 2, where no one is elected', () => {
  test.each([
    ['that is frozen', 'paused'],
    ['that is cut off', 'cut off'],
  ] as const)('%s is killed and built again as a replica', async (_, how) => {
    const shop = await begin({ story: switchovers.confirming, newShop });
    shop.world.machines.hang('postgres-1', how);

    await expect(shop.run('failover', {})).rejects.toThrow(/Nothing acknowledged is lost.*postgres-1 is rebuilt/);
    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-2');
    await expectAccountedFor(shop);
    expect((await shop.database())?.topology.primary).toBe('postgres-2');
  });

  test('that has exited is replaced as well', async () => {
    const shop = await begin({ story: switchovers.plain, newShop });
    const { platform, machines } = shop.world;
    await platform.stopContainer(machines.named('postgres-1')!.container, 1);

    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-2');
    await expectAccountedFor(shop);
  });

  // Whatever starts it in between would make it a second primary.
  test('stays down from its death on, whoever starts its container', async () => {
    const shop = await begin({ story: switchovers.confirming, newShop });
    const { machines, faults, platform, servers } = shop.world;
    const { container } = machines.named('postgres-1')!;
    machines.hang('postgres-1', 'paused');
    faults.add({ when: 'after', at: during('failOver') });
    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'needs_operator' });

    await platform.startContainer(container);
    servers.lookAround();
    expect(servers.named('postgres-1')).toBeNull();
    faults.clear();
    expect(await shop.run('failover', { confirm: true })).toMatchObject({ status: 'done', error: null });
    await expectSound(shop, 'postgres-2');
    await expectAccountedFor(shop);
  });
});
