import { expect, test } from 'vitest';
import { networkName } from '../../src/domain/naming.ts';
import { nodeNamed } from '../../src/domain/topology.ts';
import { readLiveState } from '../../src/nodes/read-live-state.ts';
import { listen } from '../support/fake-world/listen.ts';
import { retryUntil } from '../support/retry-until.ts';
import { acknowledged, expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import { startsAgain, stops } from '../support/fake-world/operations-under-test.ts';
import { tell, type Story } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** What becomes of a database that is down on purpose, and of one that does not go down in order. */

const newShop = useControlPlane();

const prepared = async (story: Story) => {
  const shop = newShop();
  await story.prepare(shop);
  const topology = async () => (await shop.world.store.readDatabase(shop.id))!.topology;
  return { shop, topology };
};

test('nothing of it runs, its health says that this is on purpose, and its server was shut down in order', async () => {
  const { shop, topology } = await prepared(stops.ha);
  await shop.write(acknowledged, 'postgres');
  expect(await tell(stops.ha, shop)).toMatchObject({ type: 'stop', status: 'done', error: null });

  const { machines, store, dependencies } = shop.world;
  expect(machines.running()).toEqual([]);
  expect(await topology()).toMatchObject({ stopped: true, primary: 'postgres-3' });
  const live = await readLiveState(dependencies, (await store.readDatabase(shop.id))!);
  expect(live).toMatchObject({ health: 'stopped', writes: [] });
  expect((await store.listEvents(shop.id, 1)).map(({ event_type }) => event_type)).toEqual(['database_stopped']);
});

test('asked for twice, a stop and a start have nothing to do', async () => {
  const { shop } = await prepared(startsAgain.plain);
  expect(await tell(stops.plain, shop)).toMatchObject({ status: 'done', steps: [] });
  expect(await tell(startsAgain.plain, shop)).toMatchObject({ status: 'done', error: null });
  expect(await tell(startsAgain.plain, shop)).toMatchObject({ status: 'done', steps: [] });
  await expectSound(shop, 'postgres-1');
});

// A server that is killed at a limit recovers as it starts: that is to happen now, not on the day of the start.
test('a leader whose files do not say "shut down" is started, and stopped once more', async () => {
  const { shop } = await prepared(stops.single);
  await shop.write(acknowledged, 'postgres');
  shop.world.servers.hangStops('postgres-1', 1);
  expect(await tell(stops.single, shop)).toMatchObject({ status: 'done', error: null });
  expect(shop.world.machines.running()).toEqual([]);
  await tell(startsAgain.single, shop);
  await expectSound(shop, 'postgres-1');
});

test('one that never stops in order is left to an operator, who resumes the stop with the same request', async () => {
  const { shop } = await prepared(stops.single);
  shop.world.servers.hangStops('postgres-1', 3);
  expect(await tell(stops.single, shop)).toMatchObject({
    status: 'needs_operator',
    error: {
      message: expect.stringContaining('postgres-1 was not shut down in order: its files say "in production"'),
      left_over: [{ command: './pgrow stop shop --yes' }],
    },
  });
  expect(await tell(stops.single, shop)).toMatchObject({ status: 'done', error: null });
});

// Clients were out, status said "Start it", and that was refused until the stop was finished.
test('one that needs an operator may be started in place of being finished', async () => {
  const { shop } = await prepared(stops.single);
  await shop.write(acknowledged, 'postgres');
  shop.world.servers.hangStops('postgres-1', 3);
  expect(await tell(stops.single, shop)).toMatchObject({ status: 'needs_operator' });
  expect(await tell(startsAgain.single, shop)).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-1');
});

test('every operation but a start and a destroy is refused, and nothing is touched', async () => {
  const { shop } = await prepared(startsAgain.plain);
  await expect(shop.run('expand', { target: 'ha' })).rejects.toThrow(
    'shop is stopped. Start it first: ./pgrow start shop',
  );
  expect(shop.world.machines.running()).toEqual([]);
  expect(await shop.run('destroyDatabase', {})).toMatchObject({ status: 'done' });
  expect(await shop.world.store.readDatabase(shop.id)).toBeNull();
});

// `docker system prune` removes containers that are stopped, and then the network that none uses.
test('containers and network that someone removed meanwhile are created again, around the volumes that are there', async () => {
  const { shop, topology } = await prepared(startsAgain.ha);
  for (const { container } of (await topology()).nodes) await shop.world.platform.removeContainer(container);
  await shop.world.platform.removeNetwork(networkName((await shop.world.store.readDatabase(shop.id))!));
  expect(await tell(startsAgain.ha, shop)).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-2');
  await expectAccountedFor(shop);
});

test('a replica that has lost its data stays down and is named, a primary is never started empty', async () => {
  const lose = async (name: string) => {
    const { shop, topology } = await prepared(startsAgain.plain);
    const { container, volume } = nodeNamed(await topology(), name);
    await shop.world.platform.removeContainer(container);
    await shop.world.platform.removeVolume(volume!);
    return shop;
  };
  const withoutReplica = await lose('postgres-2');
  expect(await tell(startsAgain.plain, withoutReplica)).toMatchObject({
    status: 'done',
    warnings: [expect.stringContaining('./pgrow repair shop postgres-2')],
  });
  expect(await withoutReplica.run('repair', {})).toMatchObject({ status: 'done' });
  await expectSound(withoutReplica, 'postgres-1');
  await expectAccountedFor(withoutReplica);

  const withoutPrimary = await lose('postgres-1');
  await expect(tell(startsAgain.plain, withoutPrimary)).rejects.toThrow('postgres-1 held what was written last');
  expect(withoutPrimary.world.machines.running()).toEqual([]);
});

// Between the plan and the step: an empty volume would have come up as another database.
test('a primary whose data go while it is being started is not started either', async () => {
  const { shop, topology } = await prepared(startsAgain.single);
  const { container, volume } = nodeNamed(await topology(), 'postgres-1');
  const held = shop.world.faults.hold(({ name }) => name === 'startNode');
  const operation = await shop.start('startDatabase', {});
  await held.reached;
  await shop.world.platform.removeContainer(container);
  await shop.world.platform.removeVolume(volume!);
  held.release();
  expect(await shop.end(operation)).toMatchObject({
    status: 'rolled_back',
    error: { message: expect.stringContaining('postgres-1 has lost its data'), left_over: [] },
  });
  expect(shop.world.machines.running()).toEqual([]);
  expect(await topology()).toMatchObject({ stopped: true });
});

test('a replica that hangs is left aside, stopped as well, and follows again after a start', async () => {
  const { shop } = await prepared(stops.plain);
  await shop.write(acknowledged, 'postgres');
  shop.world.machines.hang('postgres-2', 'paused');
  expect(await tell(stops.plain, shop)).toMatchObject({ status: 'done', error: null });
  expect(shop.world.machines.running()).toEqual([]);
  expect(await tell(startsAgain.plain, shop)).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-1');
  await expectAccountedFor(shop);
});

// Its replay may be paused, or an hour behind on purpose: the stop waited for it with clients shut out, and was undone then.
test('a replica that does not catch up in time is stopped as well', async () => {
  const { shop } = await prepared(stops.plain);
  await shop.write(acknowledged, 'postgres');
  shop.world.fallBehind('postgres-2', 5_000_000);
  shop.world.faults.losePatience('waitUntilCaughtUp', 0.3);
  expect(await tell(stops.plain, shop)).toMatchObject({ status: 'done', error: null });
  expect(shop.world.machines.running()).toEqual([]);
});

// "shut down" was claimed of a server that the engine had ended, whose files say nothing of the kind.
test('a leader that is paused is ended by the engine, recovered, and shut down in order', async () => {
  const { shop } = await prepared(stops.single);
  await shop.write(acknowledged, 'postgres');
  const said = listen(shop);
  shop.world.machines.hang('postgres-1', 'paused');
  expect(await tell(stops.single, shop)).toMatchObject({ status: 'done', error: null, warnings: [expect.any(String)] });
  expect(said.join('\n')).toContain('its container was paused, and the engine ended it; starting it to stop it again');
  expect(shop.world.machines.running()).toEqual([]);
  await tell(startsAgain.single, shop);
  await expectSound(shop, 'postgres-1');
});

test('a leader that dies while it is being stopped is recovered, and shut down in order', async () => {
  const { shop, topology } = await prepared(stops.single);
  await shop.write(acknowledged, 'postgres');
  const said = listen(shop);
  const { container } = nodeNamed(await topology(), 'postgres-1');
  const held = shop.world.faults.hold(({ name, context }) => name === 'stopNode' && context?.committed === true);
  const operation = await shop.start('stopDatabase', { confirm: true });
  await held.reached;
  await shop.world.platform.signalContainer(container, 'SIGKILL');
  held.release();
  expect(await shop.end(operation)).toMatchObject({ status: 'done', error: null });
  expect(said.join('\n')).toContain('postgres-1 does not run; starting its container to see how it ended');
  expect(shop.world.machines.running()).toEqual([]);
  await tell(startsAgain.single, shop);
  await expectSound(shop, 'postgres-1');
});

test('of a leader whose image is older the result says that it may have to recover', async () => {
  const { shop } = await prepared(stops.single);
  shop.world.machines.forgetOrders();
  const { status, warnings } = await tell(stops.single, shop);
  expect(status).toBe('done');
  expect(warnings).toContainEqual(expect.stringContaining('postgres-1 may not have been shut down in order'));
});

// Docker remembers only what it has stopped itself: a front that had exited before the stop came back with the next restart of
// the engine, and took connections for a database that is down.
test('nothing of it comes back when the engine is restarted, also what had exited before', async () => {
  const { shop, topology } = await prepared(stops.single);
  await shop.write(acknowledged, 'postgres');
  const { platform, store, machines } = shop.world;
  const { container } = nodeNamed(await topology(), 'front');
  const release = platform.takePort((await store.readDatabase(shop.id))!.ports.postgres);
  platform.kill(container, 1);
  await retryUntil('the engine to have given up on it', async () => {
    if ((await platform.inspectContainer(container))!.exitCode !== 128) throw new Error('it has not tried yet');
  });
  release();
  expect(await tell(stops.single, shop)).toMatchObject({ status: 'done', error: null });
  platform.restartEngine();
  expect(machines.running()).toEqual([]);

  expect(await tell(startsAgain.single, shop)).toMatchObject({ status: 'done', error: null });
  platform.restartEngine();
  expect(machines.running()).toHaveLength((await topology()).nodes.length);
});
