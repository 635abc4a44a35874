import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { ConfiguredNode } from '../../src/domain/node-config.ts';
import { performAtOnce, type Activity } from '../support/fake-world/without-temporal.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { asOperation } from '../support/single-step.ts';

/** Every kind of node takes other files while it runs: settings, certificates and passwords change for as long as it lives. */

const newShop = useControlPlane();

const grown = async (): Promise<{ readonly shop: Shop; readonly nodes: readonly ConfiguredNode[] }> => {
  const shop = newShop();
  await create(shop);
  await performAtOnce(shop, { workflow: 'expand', wish: { target: 'ha', pooling: {} } });
  const { id } = (await shop.world.store.readLastOperation(shop.id))!;
  const { steps } = (await shop.world.store.readPlan(id))!;
  // As each was told last.
  const nodes = new Map<string, ConfiguredNode>();
  for (const { run } of steps)
    if (run.action === 'ensureNode' || run.action === 'configureNode') nodes.set(run.input.node.name, run.input);
  return { shop, nodes: [...nodes.values()] };
};

const configure = (shop: Shop, input: ConfiguredNode): Promise<void> =>
  asOperation(shop.world.store, shop.id, (operation) => {
    const context = { operation, database: shop.id, step: 0, direction: 'run', attempt: 1, patience_seconds: 2 };
    const { configureNode } = shop.world.activities;
    return new MockActivityEnvironment().run(configureNode as Activity, { context, input });
  });

const startOf = async (shop: Shop, { node }: ConfiguredNode) =>
  (await shop.world.platform.inspectContainer(node.container))!.startedAt;

// A member of Patroni or etcd could not be changed at all: the one was "configured through Patroni", the other "takes its
// configuration at its start only".
test('every node of a cluster is given its files again, and takes them', async () => {
  const { shop, nodes } = await grown();
  const kinds = new Set(nodes.map(({ node }) => node.kind));
  expect([...kinds].toSorted()).toEqual(['etcd', 'front', 'haproxy', 'pgbouncer', 'postgres']);
  for (const each of nodes) {
    const server = shop.world.servers.named(each.node.name);
    const loaded = server && shop.world.servers.timesLoaded(server);
    const start = await startOf(shop, each);
    await configure(shop, each);
    if (server) expect(shop.world.servers.timesLoaded(server)).toBe(loaded! + 1);
    // etcd alone reads its file at its start only.
    expect((await startOf(shop, each)) === start).toBe(each.node.kind !== 'etcd');
  }
  await shop.write('order 1', 'pooled');
});

test('a member of etcd is not restarted while the others alone have no quorum', async () => {
  const { shop, nodes } = await grown();
  const [first, second] = nodes.filter(({ node }) => node.kind === 'etcd');
  await shop.world.platform.stopContainer(second!.node.container, 1);
  const start = await startOf(shop, first!);
  await expect(configure(shop, first!)).rejects.toMatchObject({
    message: expect.stringMatching(/quorum without etcd-1.*etcd-2 cannot vote; repair it first/),
  });
  expect(await startOf(shop, first!)).toBe(start);
});
