import { expect, test, vi } from 'vitest';
import { nodesOf } from '../../src/domain/topology.ts';
import { liveNodeOf } from '../../src/domain/node-look.ts';
import { lookAtNode } from '../../src/nodes/look-at-node.ts';
import { startServer, stopServer } from '../../src/nodes/server-control.ts';
import { openSession } from '../../src/nodes/session.ts';
import { acknowledged, expectSound } from '../support/fake-world/expectations.ts';
import { reductions } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { performAtOnce } from '../support/fake-world/without-temporal.ts';

/** PostgreSQL is stopped and started by the supervisor in its node; the container stops only before it is removed. */

const newShop = useControlPlane();
const story = reductions.haToReplicas;

/** Nodes that stay, by the calls of the engine that ended or restarted their containers. */
const endedByEngine = async (takesOrders: boolean) => {
  const shop = newShop();
  await story.prepare(shop);
  await shop.write(acknowledged, 'postgres');
  const { machines, platform, store } = shop.world;
  if (!takesOrders) machines.forgetOrders();
  const before = platform.calls.length;
  await performAtOnce(shop, story.deed);
  await expectSound(shop, story.plan.to!.primary);
  const { topology } = (await store.readDatabase(shop.id))!;
  const staying = nodesOf(topology, 'postgres').map(({ container }) => container);
  return platform.calls
    .slice(before)
    .filter(({ method, name }) => ['stopContainer', 'restartContainer'].includes(method) && staying.includes(name));
};

test('a member of Patroni becomes a plain server in the container that it has', async () => {
  expect(await endedByEngine(true)).toEqual([]);
});

// The engine counts restarts for as long as a container runs, and this one runs on.
test('a member that has crashed before, and that the engine has restarted, becomes a plain server as well', async () => {
  const shop = newShop();
  await story.prepare(shop);
  await shop.write(acknowledged, 'postgres');
  const { dependencies, platform, store } = shop.world;
  const { topology } = (await store.readDatabase(shop.id))!;
  const session = await openSession(dependencies, shop.id);
  for (const node of nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary)) {
    platform.kill(node.container, 1);
    await vi.waitFor(async () => {
      expect(await platform.inspectContainer(node.container)).toMatchObject({ running: true, restarts: 1 });
      expect(liveNodeOf(await lookAtNode(dependencies, session, node))).toMatchObject({ state: 'streaming' });
    });
  }
  await performAtOnce(shop, story.deed);
  await expectSound(shop, story.plan.to!.primary);
});

// Nodes keep the image that they were made from through an update of pgrow.
test('so does one of an older image, whose supervisor takes no orders: the engine stops it', async () => {
  expect((await endedByEngine(false)).map(({ method }) => method)).toContain('stopContainer');
});

test('a server that was stopped on purpose is shown as that, through a restart of its container, until it is started', async () => {
  const shop = newShop();
  await story.prepare(shop);
  const { dependencies, platform, store } = shop.world;
  const { topology } = (await store.readDatabase(shop.id))!;
  const node = nodesOf(topology, 'postgres').find(({ name }) => name !== topology.primary)!;
  const session = await openSession(dependencies, shop.id);
  const look = async () => liveNodeOf(await lookAtNode(dependencies, session, node));

  expect(await stopServer(dependencies.platform, node)).toMatchObject({ by: 'supervisor', how: 'orderly' });
  expect(await look()).toMatchObject({
    state: 'server stopped',
    detail: expect.stringContaining(`docker exec ${node.container} pgrow-server start`),
  });
  await platform.stopContainer(node.container, 1);
  expect(await look()).toMatchObject({ state: 'stopped' });
  await platform.startContainer(node.container);
  expect(await look()).toMatchObject({ state: 'server stopped' });
  await startServer(dependencies.platform, node);
  expect(await look()).toMatchObject({ role: 'replica', state: 'streaming' });
});
