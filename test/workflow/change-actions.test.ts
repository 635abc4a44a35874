import { describe, expect, test } from 'vitest';
import { nodeNamed, type Node } from '../../src/domain/topology.ts';
import type { ConfiguredNode } from '../../src/domain/node-config.ts';
import { labelNames } from '../../src/domain/naming.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { acknowledged, expectSound } from '../support/fake-world/expectations.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { act, configuredNodes } from '../support/fake-world/single-action.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { performAtOnce } from '../support/fake-world/without-temporal.ts';

/** What an operation `change` does to a database, one action at a time. */

const newShop = useControlPlane();

const grown = async (target: 'replicas' | 'ha'): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await performAtOnce(shop, { workflow: 'expand', wish: { target, pooling: {} } });
  await shop.write(acknowledged, 'postgres');
  return shop;
};
/** What is not so by then will not be. */
const briefly = { patience_seconds: 0.2 };
const bigger = { memory_bytes: 2 * 1024 ** 3, cpus: 3 };
const configured = async (shop: Shop, name: string, change: Partial<Node> = {}): Promise<ConfiguredNode> => {
  const { node, config } = (await configuredNodes(shop)).find((each) => each.node.name === name)!;
  return { config, node: { ...node, ...change } };
};
const described = (shop: Shop, { container }: Pick<Node, 'container'>) =>
  shop.world.platform.describeContainer(container);
const settled = async (shop: Shop) => {
  const { machines, servers } = shop.world;
  servers.lookAround();
  await expect
    .poll(() =>
      machines
        .running()
        .filter(({ kind }) => kind === 'postgres')
        .every(servers.on),
    )
    .toBe(true);
};

describe('a server made again around its volume', () => {
  test.each(['replicas', 'ha'] as const)('has the size that it is to have and all its data, at %s', async (target) => {
    const shop = await grown(target);
    const primary = (await shop.database())!.topology.primary;
    const name = target === 'ha' ? 'postgres-4' : 'postgres-2';
    const input = await configured(shop, name, { size: bigger, chosen_settings: { max_connections: '300' } });
    await act(shop, 'remakeNode', input);
    await settled(shop);

    const is = await described(shop, input.node);
    expect(is).toMatchObject({ memoryBytes: bigger.memory_bytes, cpus: 3, restart: 'unless-stopped' });
    expect(is!.labels).not.toHaveProperty([labelNames.operation]);
    await expectSound(shop, primary);
    expect([...shop.world.servers.named(name)!.data.rows]).toContain(acknowledged);
  });

  test('keeps its container where only its settings are others, and is restarted for them', async () => {
    const shop = await grown('replicas');
    const input = await configured(shop, 'postgres-2', { chosen_settings: { max_connections: '300' } });
    const { startedAt } = (await shop.world.platform.inspectContainer(input.node.container))!;
    await act(shop, 'remakeNode', input);
    await settled(shop);

    expect(await shop.world.platform.inspectContainer(input.node.container)).toMatchObject({ startedAt });
    const { settings, named } = shop.world.servers;
    expect(settings.running(named('postgres-2')!.machine).get('max_connections')).toBe('300');
  });

  test('is finished by whoever comes after a worker that died, wherever it died', async () => {
    const shop = await grown('replicas');
    const input = await configured(shop, 'postgres-2', { size: bigger });
    await shop.world.lives.untilOneSurvives(() => act(shop, 'remakeNode', { ...input, unless_primary: true }));
    await settled(shop);
    expect(shop.world.lives.deaths()).toBeGreaterThan(5);
    expect(await described(shop, input.node)).toMatchObject({ memoryBytes: bigger.memory_bytes });
    await expectSound(shop, 'postgres-1');
  });

  test('is not touched where it takes writes by now, and the remark says how it comes to what it is to be', async () => {
    const shop = await grown('replicas');
    const input = await configured(shop, 'postgres-1', { size: bigger });
    const before = await described(shop, input.node);
    await act(shop, 'remakeNode', { ...input, unless_primary: true });
    expect(await described(shop, input.node)).toEqual(before);
    const { steps } = (await shop.world.store.readLastOperation(shop.id))!;
    expect(steps[0]!.detail).toContain('postgres-1 takes writes and is left as it was made. Move writes');

    await expect(act(shop, 'remakeNode', input)).rejects.toMatchObject({ type: 'refused' });
    // One that does not say whether it does.
    shop.world.machines.hang('postgres-1', 'cut off');
    await expect(act(shop, 'remakeNode', { ...input, unless_primary: true })).rejects.toMatchObject({
      type: 'no_answer',
    });
    expect(await described(shop, input.node)).toEqual(before);
  });

  test('comes back from its volume when its container has gone, going forward and back, and never from none', async () => {
    const shop = await grown('replicas');
    const input = await configured(shop, 'postgres-2');
    const { platform, servers } = shop.world;
    for (const direction of ['run', 'undo'] as const) {
      await platform.removeContainer(input.node.container);
      await act(shop, 'remakeNode', input, { direction });
      await settled(shop);
      expect([...servers.named('postgres-2')!.data.rows]).toContain(acknowledged);
    }
    await platform.removeContainer(input.node.container);
    await platform.removeVolume(input.node.volume!);
    await expect(act(shop, 'remakeNode', input)).rejects.toMatchObject({ type: 'node_failed' });
    await act(shop, 'remakeNode', input, { direction: 'undo' });
    expect(await platform.inspectContainer(input.node.container)).toBeNull();
  });
});

test('a node is given its CPUs while it runs', async () => {
  const shop = await grown('replicas');
  const { node } = await configured(shop, 'postgres-1', { size: bigger });
  const { startedAt } = (await shop.world.platform.inspectContainer(node.container))!;
  await act(shop, 'limitNode', { node });
  expect(await described(shop, node)).toMatchObject({ cpus: 3 });
  expect(await shop.world.platform.inspectContainer(node.container)).toMatchObject({ startedAt });
});

test('one node on record is replaced, unless it takes writes: that one was left as it was made', async () => {
  const shop = await grown('replicas');
  const { topology } = (await shop.database())!;
  const node = { ...nodeNamed(topology, 'postgres-2'), size: bigger };
  await act(shop, 'recordNode', { node });
  await act(shop, 'recordNode', { node: { ...nodeNamed(topology, 'postgres-1'), size: bigger } });
  const { nodes } = (await shop.database())!.topology;
  expect(nodes).toEqual(topology.nodes.map((each) => (each.name === 'postgres-2' ? node : each)));
});

describe('settings that were chosen', () => {
  test('are what a cluster agrees on, and every member has taken them', async () => {
    const shop = await grown('ha');
    const { topology } = (await shop.database())!;
    const members = topology.nodes.filter(({ kind }) => kind === 'postgres');
    const like = { ...members[0]!, chosen_settings: { max_connections: '300' } };
    await act(shop, 'agreeOnSettings', { members, like });
    await expect(act(shop, 'verifySettings', { nodes: [like] }, briefly)).rejects.toMatchObject({
      type: 'verification_failed',
      message: expect.stringContaining(`${like.name}: it has to be restarted for max_connections`),
    });
    await act(shop, 'agreeOnSettings', { members, like: members[0]! });
    await act(shop, 'verifySettings', { nodes: members });
  });

  test('are verified where they are, and what ALTER SYSTEM has set over them is named and taken back', async () => {
    const shop = await grown('replicas');
    const input = await configured(shop, 'postgres-1', { chosen_settings: { work_mem: '64MB' } });
    const { node } = input;
    await expect(act(shop, 'verifySettings', { nodes: [node] }, briefly)).rejects.toMatchObject({
      message: expect.stringContaining('postgres-1: work_mem is not what was chosen'),
    });
    await act(shop, 'configureNode', input);
    await act(shop, 'verifySettings', { nodes: [node] });
    await act(shop, 'alterSystem', { node, changes: { work_mem: '8MB' } });
    await expect(act(shop, 'verifySettings', { nodes: [node] }, briefly)).rejects.toMatchObject({
      message: expect.stringContaining('ALTER SYSTEM has set work_mem over what was chosen'),
    });
    await act(shop, 'alterSystem', { node, changes: { work_mem: null } });
    await act(shop, 'verifySettings', { nodes: [node] });
    const replica = await configured(shop, 'postgres-2');
    await expect(act(shop, 'alterSystem', { node: replica.node, changes: {} })).rejects.toMatchObject({
      type: 'refused',
    });
  });

  test('are not asked of a server that hangs', async () => {
    const shop = await grown('replicas');
    const nodes = [await configured(shop, 'postgres-1'), await configured(shop, 'postgres-2')].map(({ node }) => node);
    shop.world.machines.hang('postgres-2', 'paused');
    await act(shop, 'verifySettings', { nodes });
    const { steps } = (await shop.world.store.readLastOperation(shop.id))!;
    expect(steps[0]!.detail).toContain('postgres-2 was left aside');
  });
});

test('an extension is created in the application’s database, and goes unless something needs it', async () => {
  const shop = await grown('replicas');
  const { node } = await configured(shop, 'postgres-1');
  const extensions = () => [...shop.world.servers.named('postgres-1')!.data.extensions];
  await act(shop, 'ensureExtension', { node, extension: 'hstore' });
  await act(shop, 'ensureExtension', { node, extension: 'hstore' });
  expect(extensions()).toEqual(['shop.hstore']);
  await expect(act(shop, 'ensureExtension', { node, extension: 'missing' })).rejects.toMatchObject({
    type: 'refused',
    message: 'postgres-1 does not create the extension missing: extension "missing" is not available.',
  });
  await act(shop, 'removeExtension', { node, extension: 'hstore' });
  expect(extensions()).toEqual([]);
  await expect(act(shop, 'removeExtension', { node, extension: 'needed' })).rejects.toMatchObject({ type: 'refused' });
  await act(shop, 'removeExtension', { node, extension: 'needed' }, { direction: 'undo' });
  await act(shop, 'removeExtension', { node, extension: 'needed', unless_needed: true });
});

describe('a server that is tried', () => {
  test('leaves nothing, whether it starts or not, and what it says is the reason', async () => {
    const shop = await grown('ha');
    const before = await shop.picture();
    const fit = await configured(shop, 'postgres-2', { size: bigger });
    await act(shop, 'tryServer', fit);
    expect(await shop.picture()).toEqual(before);

    const unfit = await configured(shop, 'postgres-2', { chosen_settings: { shared_preload_libraries: 'missing' } });
    await expect(act(shop, 'tryServer', unfit)).rejects.toMatchObject({
      type: 'refused',
      message:
        'A server of shop would not start any more, and nothing was changed. ' +
        'It says: could not access file "missing": No such file or directory.',
    });
    expect(await shop.picture()).toEqual(before);
  });

  test('is given no secret and no data', async () => {
    const shop = await grown('replicas');
    const { platform, machines } = shop.world;
    const seen: string[] = [];
    machines.onBoot('trial', ({ container, spec }) => {
      seen.push(...Object.keys(platform.files(container)), ...spec.mounts.map(({ path }) => path));
      return 0;
    });
    await act(shop, 'tryServer', await configured(shop, 'postgres-1'));
    expect(seen.toSorted()).toEqual(['/etc/pgrow/pg_hba.conf', '/etc/pgrow/postgresql.conf']);
  });
});

describe('a server that is restarted while its clients wait', () => {
  const fewer = { chosen_settings: { max_connections: '120' } };
  const restart = async (shop: Shop) => {
    const { topology } = (await shop.database())!;
    const members = topology.ha ? topology.nodes.filter(({ kind }) => kind === 'postgres') : [];
    const input = await configured(shop, topology.primary, fewer);
    if (topology.ha) await act(shop, 'agreeOnSettings', { members, like: input.node });
    const ofKind = (kind: string) => topology.nodes.filter((node) => node.kind === kind);
    return { ...input, members, poolers: ofKind('pgbouncer'), routers: ofKind('haproxy') };
  };
  const connectionsOf = ({ world: { servers } }: Shop, name: string) =>
    servers.settings.running(servers.named(name)!.machine).get('max_connections');

  test.each(['replicas', 'ha'] as const)(
    'runs with what it was given, and once it does nothing is done, at %s',
    async (target) => {
      const shop = await grown(target);
      const input = await restart(shop);
      const { stall_ms } = await act(shop, 'restartHeld', input);
      expect(stall_ms).toBeGreaterThan(0);
      expect(connectionsOf(shop, input.node.name)).toBe('120');
      expect((await shop.world.store.readLastOperation(shop.id))!.hand_over).toMatchObject({
        stopped_ms: expect.any(Number),
        resumed_ms: expect.any(Number),
      });
      await settled(shop);
      await expectSound(shop, input.node.name);

      const pauses = shop.world.poolers.pauses();
      expect(await act(shop, 'restartHeld', input)).toEqual({ stall_ms: 0 });
      expect(shop.world.poolers.pauses()).toBe(pauses);
    },
  );

  test('is finished by whoever comes after a worker that died, wherever it died', async () => {
    const shop = await grown('replicas');
    const input = await restart(shop);
    await shop.world.lives.untilOneSurvives(() => act(shop, 'restartHeld', input));
    expect(shop.world.lives.deaths()).toBeGreaterThan(20);
    await settled(shop);
    expect(connectionsOf(shop, 'postgres-1')).toBe('120');
    await expectSound(shop, 'postgres-1');
  });

  test('serves on, and no client waits, where a pooler is held by something else', async () => {
    const shop = await grown('replicas');
    const input = await restart(shop);
    const pooler = shop.world.machines.named('pgbouncer-1')!;
    shop.world.poolers.pause(pooler);
    await expect(act(shop, 'restartHeld', input)).rejects.toMatchObject({ type: 'handed_back' });
    shop.world.poolers.resume(pooler);
    expect(connectionsOf(shop, 'postgres-1')).not.toBe('120');
    await expectSound(shop, 'postgres-1');
  });
});
