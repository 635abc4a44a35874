import { describe, expect, test } from 'vitest';
import { expectNobodyHeld, expectServed } from '../support/fake-world/expectations.ts';
import { listen } from '../support/fake-world/listen.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, settle } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Hand-overs among nodes that hang: clients never wait longer than the bound, and the state is looked at, not remembered. */

const newShop = useControlPlane();

const newCluster = async (stage: 'replicas' | 'ha'): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.run('expand', { target: stage, pooling: {}, ...(stage === 'replicas' ? { replicas: { count: 2 } } : {}) });
  await settle(shop);
  await shop.write('order 1', 'pooled');
  return shop;
};

/** No one had to be let go by the timer inside the pooler. */
const expectLetGoInTime = (shop: Shop): void => {
  expectNobodyHeld(shop);
  expect(shop.world.poolers.letGoByDeadMan()).toBe(0);
};

describe.concurrent('a hand-over', () => {
  // A third replica on a slow line held all clients for 65 s, because a fast shutdown of PostgreSQL waits for everybody.
  test('disconnects receivers that confirm nothing, and names them', async () => {
    const shop = await newCluster('replicas');
    shop.world.servers.attach('postgres-1', 'pg_receivewal');
    const said = listen(shop);
    const document = await shop.run('switchover', { target_node: 'postgres-2' });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(said.filter((text) => text.includes('pg_receivewal (confirms nothing'))).not.toEqual([]);
    expectLetGoInTime(shop);
  });

  // Done in 20 s as far as clients were concerned, it held its database for the 25 min that a replica on a slow line needed to
  // catch up; with a shorter patience it would have ended as needs_operator.
  test('does not wait for a replica that is far behind and catches up', async () => {
    const shop = await newCluster('replicas');
    shop.world.catchUpSlowly('postgres-3', 190_000_000);
    shop.world.faults.losePatience('waitUntilReplicated', 1.5);
    const said = listen(shop);
    const document = await shop.run('switchover', { target_node: 'postgres-2' });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(said).toContain('not waited for: postgres-3 is 181 MB behind and catches up');
    expectLetGoInTime(shop);
  });

  // It ended as needs_operator and refused everything else, although the old primary had served again long since.
  test('whose stop never ends is called off in time, once, and the old primary serves', async () => {
    const shop = await newCluster('replicas');
    shop.world.servers.hangStops('postgres-1');
    const document = await shop.run('switchover', { target_node: 'postgres-2' });

    expect(document).toMatchObject({ status: 'rolled_back', error: { code: 'called_off', left_over: [] } });
    expect(document.error?.message).toContain('postgres-1 was not shut down cleanly');
    expectLetGoInTime(shop);
    await expectServed(shop, 'postgres-1');
    expect(shop.world.faults.calls.filter(({ name }) => name === 'cutOver')).toHaveLength(1);
    expect(await shop.run('setReplicas', { count: 1 })).toMatchObject({ status: 'done' });
  });

  // Clients were to wait for 20 s and more, for as long as each of the attempts waited.
  test('whose promotion never ends lets clients go at the bound, and continues without asking them to wait again', async () => {
    const shop = await newCluster('replicas');
    const letPromote = shop.world.servers.hangPromotions('postgres-2');
    const secondTry = shop.world.faults.hold(({ name, try: attempt }) => name === 'cutOver' && attempt === 2);
    const handle = await shop.start('switchover', { target_node: 'postgres-2' });
    await secondTry.reached;
    const pauses = shop.world.poolers.pauses();
    letPromote();
    secondTry.release();

    expect(await shop.end(handle)).toMatchObject({ status: 'done', error: null });
    expect(shop.world.poolers.pauses()).toBe(pauses);
    expectNobodyHeld(shop);
    await expectServed(shop, 'postgres-2');
  });

  // A PAUSE by hand, or that of a failover, was taken for its own and ended with it.
  test('refuses where someone else holds the clients, and lets them be held', async () => {
    const shop = await newCluster('replicas');
    const { poolers, machines } = shop.world;
    const pooler = machines.named('pgbouncer-1')!;
    poolers.pause(pooler);
    const document = await shop.run('switchover', { target_node: 'postgres-2' });

    expect(document).toMatchObject({ status: 'rolled_back' });
    expect(document.error?.message).toContain('Clients of pgbouncer-1:5432 are already held');
    expect(poolers.isPaused(pooler)).toBe(true);
    expect(await shop.write('order 2', 'read_write')).toBe('postgres-1');
  });
});

// Paused or without its network, a third member kept the two others from doing anything: "Waited 15000 ms for Patroni of
// postgres-4 to pause", three times over, then rolled back; even what would only have removed it.
describe.concurrent('a member that is paused or cut off', () => {
  const hanging = async (how: 'paused' | 'cut off') => {
    const shop = await newCluster('ha');
    const release = shop.world.machines.hang('postgres-4', how);
    return { shop, said: listen(shop), release };
  };

  test.each([
    ['paused', ['killed, because it could have come back as a second primary: postgres-4']],
    [
      'cut off',
      [
        'postgres-4 was left aside: its container is in no network. Mend it: ./pgrow repair shop postgres-4',
        'left aside because Patroni does not answer: postgres-4',
      ],
    ],
  ] as const)('(%s) does not keep two others from a switchover, and is named', async (how, notes) => {
    const { shop, said, release } = await hanging(how);
    const document = await shop.run('switchover', { target_node: 'postgres-3' });

    expect(document).toMatchObject({ status: 'done', error: null });
    for (const note of notes) expect(said.join('\n')).toContain(note);
    expect(said.join('\n')).not.toContain('postgres-4 does not run');
    expectLetGoInTime(shop);
    release();
    await expectServed(shop, 'postgres-3');
  });

  test('is removed by the way down, and neither takes over nor stays', async () => {
    const { shop } = await hanging('paused');
    expect(
      await shop.run('scaleDown', { target: 'replicas', replicas: { count: 2 }, grace_period: 0, confirm: true }),
    ).toMatchObject({ status: 'done', error: null });
    await expectServed(shop, 'postgres-3');
    const names = (await shop.database())!.topology.nodes.map(({ name }) => name);
    expect(names).not.toContain('postgres-4');
    expect(names).toContain('postgres-5');
  });

  test('does not keep a rollback from being done', async () => {
    const shop = newShop();
    await create(shop);
    await shop.run('expand', { target: 'ha', pooling: {} });
    await shop.write('order 1', 'pooled');
    shop.world.machines.hang('postgres-4', 'cut off');
    expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', error: null });
    await expectServed(shop, 'postgres-1');
  });

  test('at stage 2 does not keep a switchover from being done', async () => {
    const shop = await newCluster('replicas');
    shop.world.machines.hang('postgres-3', 'paused');
    const said = listen(shop);
    expect(await shop.run('switchover', { target_node: 'postgres-2' })).toMatchObject({ status: 'done', error: null });
    expect(said).toContain(
      'postgres-3 was left aside: its container is paused. Once it is back: ./pgrow reinit shop postgres-3',
    );
  });
});

// "Container … is paused": needs_operator at the first attempt, though the router was back eight seconds later.
test('a router that is paused right after the hand-over is waited for', async () => {
  const shop = await newCluster('ha');
  const { faults, machines } = shop.world;
  const held = faults.hold(({ name, try: attempt }) => name === 'readmitServer' && attempt === 1);
  const second = faults.hold(({ name, try: attempt }) => name === 'readmitServer' && attempt === 2);
  const handle = await shop.start('switchover', { target_node: 'postgres-3' });
  await held.reached;
  const release = machines.hang('haproxy-3', 'paused');
  held.release();
  await second.reached;
  release();
  second.release();

  expect(await shop.end(handle)).toMatchObject({ status: 'done', error: null });
});

// The old primary served again long since, and every other operation was refused all the same: what was remembered
// counted, not what was there.
test('what a hand-over left to an operator is undone once the old primary serves', async () => {
  const shop = await newCluster('replicas');
  const { faults } = shop.world;
  faults.add({ when: 'before', at: ({ name }) => name === 'cutOver' });
  expect(await shop.run('switchover', { target_node: 'postgres-2' })).toMatchObject({ status: 'needs_operator' });
  faults.clear();

  expect(await shop.run('setReplicas', { count: 1 })).toMatchObject({ status: 'done', error: null });
  expectNobodyHeld(shop);
  await expectServed(shop, 'postgres-1');
  const [, last] = await shop.world.store.listOperations(shop.id);
  expect(last).toMatchObject({ type: 'switchover', status: 'rolled_back' });
});
