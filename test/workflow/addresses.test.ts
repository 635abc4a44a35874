import { expect, test } from 'vitest';
import { addressOf, layoutOf } from '../../src/domain/addresses.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import { clientsNetworkName, networkAliases, networkName } from '../../src/domain/naming.ts';
import { openSession } from '../../src/nodes/session.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, expansions } from '../support/fake-world/operations-under-test.ts';
import { tell } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { worldHome } from '../support/fake-world/world.ts';

const newShop = useControlPlane();

/** By node, as its container has it. */
const addresses = async (shop: Shop): Promise<Readonly<Record<string, string | null | undefined>>> => {
  const { nodes, kept } = (await shop.database())!.topology;
  const states = await Promise.all(
    [...nodes, ...kept].map(async ({ name, container }) => [
      name,
      (await shop.world.platform.inspectContainer(container))?.address,
    ]),
  );
  return Object.fromEntries(states) as Record<string, string>;
};

const onRecord = async (shop: Shop) => {
  const { network, topology } = (await shop.database())!;
  return Object.fromEntries(
    [...topology.nodes, ...topology.kept].map((node) => [node.name, addressOf(network, node)] as const),
  );
};

const gateway = (shop: Shop) =>
  shop.world.platform.networkGateway(networkName({ id: shop.id, name: 'shop', home: worldHome }));

const subnetOf = async (shop: Shop) => (await shop.database())!.network!.subnet;

test('every node runs at the address of its record, which no other ever had', { timeout: 120_000 }, async () => {
  const shop = newShop();
  await create(shop);
  const first = await onRecord(shop);
  expect(await addresses(shop)).toEqual(first);
  const used = new Set(Object.values(first));

  // Undone with all its nodes there: those of the next operation are others, whatever their names.
  const { faults } = shop.world;
  faults.add({ when: 'before', at: ({ name }) => name === 'verifyStandbyCluster' });
  expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'rolled_back' });
  expect(await onRecord(shop)).toEqual(first);
  faults.clear();

  expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'done' });
  const grown = await onRecord(shop);
  expect(await addresses(shop)).toEqual(grown);
  expect(Object.values(grown)).not.toContain(null);
  expect(new Set(Object.values(grown)).size).toBe(Object.keys(grown).length);
  // The rolled-back operation had given as many as this one has.
  const added = Object.keys(grown).filter((name) => !(name in first));
  const { addresses_given } = (await shop.database())!.network!;
  expect(addresses_given).toBe(used.size + 2 * added.length);
});

test(
  'no node needs a name of another: it grows to ha, and back, while the DNS answers nothing',
  { timeout: 120_000 },
  async () => {
    const shop = newShop();
    shop.world.machines.loseNames();
    await create(shop);
    await shop.run('expand', { target: 'replicas' });
    expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'done', to_stage: 3 });
    expect(await shop.write('order 1', 'pooled')).toMatch(/^postgres-/);
    expect(await shop.run('switchover', {})).toMatchObject({ status: 'done' });
    expect(await shop.write('order 2', 'read_write')).toMatch(/^postgres-/);
    expect(await shop.run('scaleDown', { target: 'replicas', confirm: true })).toMatchObject({
      status: 'done',
      to_stage: 2,
    });
    expect(await shop.rows('read_only')).toEqual(expect.arrayContaining(['order 1', 'order 2']));
    expect(await addresses(shop)).toEqual(await onRecord(shop));
  },
);

test('a subnet that another network turns out to have is exchanged, and the network created again', async () => {
  const shop = newShop();
  const { platform } = shop.world;
  const held: string[] = [];
  const { registerDatabase } = shop.world.store;
  Object.assign(shop.world.store, {
    registerDatabase: async (database: Parameters<typeof registerDatabase>[0]) => {
      held.push(database.network!.subnet);
      // Another control plane on the same engine, which these metadata do not know.
      await platform.ensureNetwork({
        name: 'other',
        labels: { other: 'yes' },
        layout: layoutOf(database.network!.subnet),
      });
      return registerDatabase(database);
    },
  });
  expect(await create(shop)).toMatchObject({ status: 'done' });

  expect(await subnetOf(shop)).not.toBe(held[0]);
  expect(await gateway(shop)).toBe(layoutOf(await subnetOf(shop)).gateway);
  expect(await addresses(shop)).toEqual(await onRecord(shop));
});

const bothSubnets = async (shop: Shop) => {
  const { subnet, clients_subnet } = (await shop.database())!.network!;
  return { subnet, clients_subnet };
};

test('what serves applications is in a second network as well, at the same number, and nothing else is', async () => {
  const shop = newShop();
  await create(shop);
  expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'done' });
  const database = (await shop.database())!;
  const { subnet, clients_subnet } = await bothSubnets(shop);
  const [control, clients] = [networkName(database), clientsNetworkName(database)];
  for (const node of [...database.topology.nodes, ...database.topology.kept]) {
    const { attachments } = (await shop.world.platform.describeContainer(node.container))!;
    const aliases = networkAliases(node);
    const inControl = { network: control, aliases, address: addressOf({ subnet }, node) };
    const inClients = { network: clients, aliases, address: addressOf({ subnet: clients_subnet! }, node) };
    const isServer = node.kind === 'postgres' || node.kind === 'etcd';
    expect(attachments).toEqual(isServer ? [inControl] : [inControl, inClients]);
  }
});

test('a subnet of the second network that another turns out to have is exchanged alone', async () => {
  const shop = newShop();
  const { platform, store } = shop.world;
  const { registerDatabase } = store;
  let registered: Awaited<ReturnType<typeof bothSubnets>> | undefined;
  Object.assign(store, {
    registerDatabase: async (database: Parameters<typeof registerDatabase>[0]) => {
      const layout = layoutOf(database.network!.clients_subnet!);
      await platform.ensureNetwork({ name: 'other', labels: { other: 'yes' }, layout });
      const kept = await registerDatabase(database);
      registered = await bothSubnets(shop);
      return kept;
    },
  });
  expect(await create(shop)).toMatchObject({ status: 'done' });
  const { subnet, clients_subnet } = await bothSubnets(shop);
  expect(subnet).toBe(registered!.subnet);
  expect(clients_subnet).not.toBe(registered!.clients_subnet);
  const name = clientsNetworkName((await shop.database())!);
  expect(await platform.networkGateway(name)).toBe(layoutOf(clients_subnet!).gateway);
});

// Applications have joined the one that there is.
test('a database from before there were two networks keeps its one', { timeout: 120_000 }, async () => {
  const shop = newShop();
  const { platform, store } = shop.world;
  const { registerDatabase } = store;
  Object.assign(store, {
    registerDatabase: (database: Parameters<typeof registerDatabase>[0]) => {
      const { clients_subnet: _, ...network } = database.network!;
      return registerDatabase({ ...database, network });
    },
  });
  await create(shop);
  expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'done' });
  const database = (await shop.database())!;
  for (const { container } of database.topology.nodes)
    expect((await platform.describeContainer(container))?.attachments.map(({ network }) => network)).toEqual([
      networkName(database),
    ]);
  expect((await platform.findByLabels({ 'pgrow.database': shop.id })).networks).toEqual([networkName(database)]);
  const { front } = Object.fromEntries(database.topology.nodes.map((node) => [node.name, node]));
  expect(platform.files(front!.container)['/etc/pgrow/haproxy.cfg']?.content).toContain('bind :9999');
});

// A worker died in the middle of an exchange: the engine had created the network with the subnet of before.
test('a network that is there already counts, whatever subnet is on record', async () => {
  const shop = newShop();
  const name = networkName({ id: shop.id, name: 'shop', home: worldHome });
  const layout = layoutOf('10.50.0.0/22');
  await shop.world.platform.ensureNetwork({ name, labels: { 'pgrow.home': worldHome }, layout });
  expect(await create(shop)).toMatchObject({ status: 'done' });

  expect(await subnetOf(shop)).toBe('10.50.0.0/22');
  expect(await addresses(shop)).toEqual(await onRecord(shop));
});

test('where no subnet can be had the creation is undone, and says why', async () => {
  const shop = newShop();
  const error = new PgrowError('subnet_taken', 'Its subnet overlaps another network.');
  shop.world.platform.failNext('ensureNetwork', error, 99);
  expect(await create(shop)).toMatchObject({
    status: 'rolled_back',
    error: { code: 'subnet_taken', message: expect.stringContaining('overlaps another network') },
  });
  expect(await shop.database()).toBeNull();
});

test(
  'a database from before there were subnets grows as it did: the engine chooses',
  { timeout: 120_000 },
  async () => {
    const shop = newShop();
    const { registerDatabase } = shop.world.store;
    Object.assign(shop.world.store, {
      registerDatabase: (database: Parameters<typeof registerDatabase>[0]) => {
        const { network, ...without } = database;
        expect(network).toBeDefined();
        return registerDatabase(without);
      },
    });
    await create(shop);
    expect(await tell(expansions.jump, shop)).toMatchObject({ status: 'done' });
    expect(new Set(Object.values(await onRecord(shop)))).toEqual(new Set([null]));
    expect(new Set(Object.values(await addresses(shop)).map((address) => address?.replace(/\d+$/, '')))).toEqual(
      new Set(['10.0.0.']),
    );
  },
);

// "Connect it to its network again": done without --ip it ran, and no node found it.
test('a node that was cut off is named with the command that gives it back its address', async () => {
  const shop = newShop();
  await create(shop);
  const { network, topology } = (await shop.database())!;
  const node = topology.nodes.find(({ name }) => name === 'postgres-1')!;
  shop.world.platform.disconnect(node.container, networkName((await shop.database())!));
  const session = await openSession(shop.world.dependencies, shop.id);
  await expect(session.peer(node)).rejects.toMatchObject({
    code: 'no_answer',
    message: expect.stringContaining(
      `docker network connect --ip ${addressOf(network, node)} --alias postgres-1 ${networkName((await shop.database())!)} ${node.container}`,
    ),
  });
});
