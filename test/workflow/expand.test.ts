import { describe, expect, test } from 'vitest';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { expectNobodyHeld } from '../support/fake-world/expectations.ts';
import { nodeNames, type Shop } from '../support/fake-world/operator.ts';
import { create, settle } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};
/** Names of the actions that ran forward, in the order in which they began. */
const actionsOf = (shop: Shop, { id }: OperationDocument) =>
  shop.world.faults.calls.flatMap(({ name, context }) =>
    context?.operation === id && context.direction === 'run' ? [name] : [],
  );
const haNodes = [
  'etcd-1',
  'etcd-2',
  'etcd-3',
  'front',
  'haproxy-1',
  'haproxy-2',
  'haproxy-3',
  'pgbouncer-1',
  'postgres-2',
  'postgres-3',
  'postgres-4',
];

describe.concurrent('expand', () => {
  test('to pooling adds a pooler that leads to the untouched primary', async () => {
    const shop = await newDatabase();
    const document = await shop.run('expand', { target: 'pooling' });

    expect(document).toMatchObject({
      status: 'done',
      from_stage: 0,
      to_stage: 1,
      stall_ms: null,
      nodes_added: ['pgbouncer-1'],
    });
    expect(nodeNames(await shop.database())).toEqual(['front', 'pgbouncer-1', 'postgres-1']);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-1');
    expect(document.checkpoint).toMatchObject({ status: 'open', stage: 1 });
  });

  test('to replicas clones through named slots and routes reads to the replicas', async () => {
    const shop = await newDatabase();
    const document = await shop.run('expand', { target: 'replicas', replicas: { count: 2 } });

    expect(document).toMatchObject({ status: 'done', to_stage: 2, stall_ms: null });
    expect(nodeNames(await shop.database())).toEqual(['front', 'haproxy-1', 'postgres-1', 'postgres-2', 'postgres-3']);
    const { slots, snapshots } = await shop.picture();
    expect(slots['postgres-1']).toEqual(['postgres_2', 'postgres_3']);
    expect(snapshots).toEqual([document.checkpoint?.snapshot_id]);
    expect(await shop.write('order 1', 'read_write')).toBe('postgres-1');
    expect(await shop.rows('read_only')).toContain('order 1');
    expect((await shop.world.store.listEvents(shop.id, 9)).map(({ event_type }) => event_type)).toContain(
      'stage_upgrade',
    );
  });

  test('jumps to ha with pooling in one operation and loses no write', async () => {
    const shop = await newDatabase();
    await shop.write('order 1', 'postgres');
    const document = await shop.run('expand', { target: 'ha', pooling: {} });

    expect(document).toMatchObject({ status: 'done', from_stage: 0, to_stage: 3, stall_ms: expect.any(Number) });
    // In the order in which they happened.
    const { held_at, poolers, ...moments } = document.hand_over!;
    expect(held_at).toMatch(/Z$/);
    expect(poolers).toEqual([{ name: 'pgbouncer-1', waiting_max: 0 }]);
    expect(Object.values(moments)).toEqual(Object.values(moments).toSorted((one, other) => one! - other!));
    expect(Object.keys(moments)).toHaveLength(6);
    expect(document.steps.filter(({ cut_over }) => cut_over).map(({ name }) => name)).toEqual([
      document.point_of_no_return,
    ]);
    const database = await shop.database();
    expect(nodeNames(database)).toEqual(haNodes);
    expect(database?.topology).toMatchObject({ stage: 3, primary: 'postgres-2', kept: [{ name: 'postgres-1' }] });
    expect(await shop.write('order 2', 'pooled')).toBe('postgres-2');
    expect(await shop.rows('postgres')).toEqual(expect.arrayContaining(['order 1', 'order 2']));
    // The way back: the old primary has every write made since.
    expect([...shop.world.servers.named('postgres-1')!.data.rows]).toContain('order 2');
    expect([...shop.world.servers.named('postgres-1')!.data.slots]).toEqual([]);
    expectNobodyHeld(shop);
  });

  test('to ha takes the safe order', async () => {
    const shop = await newDatabase();
    const actions = actionsOf(shop, await shop.run('expand', { target: 'ha' }));
    const first = (name: string) => actions.indexOf(name);

    expect(first('waitUntilEtcdQuorum')).toBeLessThan(first('ensureReplicationSlot'));
    for (const earlier of [
      'takeSnapshot',
      'waitUntilRouting',
      'verifyStandbyCluster',
      'ensurePermanentSlot',
      'preflightCutOver',
    ]) {
      expect(first(earlier)).toBeGreaterThanOrEqual(0);
      expect(first(earlier), earlier).toBeLessThan(first('cutOver'));
    }
    expect(first('cutOver')).toBeLessThan(first('followNewPrimary'));
    expect(first('verifyRoutes')).toBeLessThan(first('recordTopology'));
  });

  test('climbs the ladder; each operation closes the checkpoint of the one before', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    await shop.run('expand', { target: 'replicas' });
    const last = await shop.run('expand', { target: 'ha' });

    expect(last).toMatchObject({
      status: 'done',
      warnings: expect.arrayContaining([
        expect.stringMatching(/Closes the rollback window of the last expand at step 1/),
      ]),
    });
    const checkpoints = await shop.world.store.listCheckpoints(shop.id);
    expect(checkpoints.map(({ status }) => status)).toEqual(['open', 'closed', 'closed']);
    expect((await shop.database())?.topology.kept.map(({ name }) => name)).toEqual(['postgres-1', 'postgres-2']);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-3');
  });

  test('the next operation takes away what was kept for the way back', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha' });
    const { containers } = await shop.picture();
    expect(containers.some((name) => name.endsWith('postgres-1'))).toBe(true);
    await shop.run('expand', { target: 'ha', pooling: {} });

    const after = await shop.picture();
    expect(after.topology?.kept).toEqual([]);
    expect([...after.containers, ...after.volumes].filter((name) => name.endsWith('postgres-1'))).toEqual([]);
    expect(after.slots['postgres-2']).not.toContain('postgres_1');
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-2');
  });

  test('confirm closes the checkpoint and removes the old primary with its slot', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', pooling: {} });
    await settle(shop);

    const { containers, volumes, slots, topology } = await shop.picture();
    expect([...containers, ...volumes].filter((name) => name.endsWith('postgres-1'))).toEqual([]);
    expect(Object.values(slots).flat()).not.toContain('postgres_1');
    expect(topology?.kept).toEqual([]);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
    const [snapshot] = await shop.world.store.listSnapshots(shop.id);
    expect(Date.parse(snapshot?.expires_at ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  });

  test('to the present stage touches nothing', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    await settle(shop);
    const before = await shop.picture();
    const document = await shop.run('expand', { target: 'pooling' });

    expect(document).toMatchObject({ status: 'done', steps: [], checkpoint: null });
    expect(await shop.picture()).toEqual(before);
    expect(actionsOf(shop, document)).toEqual([]);
  });

  test('to the present stage leaves the open checkpoint open', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    await shop.run('expand', { target: 'pooling' });

    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toMatchObject({ stage: 1 });
    expect((await shop.checkpoint.describe()).status.name).toBe('RUNNING');
  });

  test('no password shows in any history', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', pooling: {} });
    const secrets = Object.values(await shop.world.store.readSecrets(shop.id));
    expect(secrets).toHaveLength(9);
    for (const handle of [shop.operation, shop.checkpoint]) {
      const history = await handle.fetchHistory();
      const text = JSON.stringify(history, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString() : value,
      );
      for (const secret of secrets) {
        expect(text.includes(secret)).toBe(false);
        expect(text.includes(Buffer.from(secret).toString('base64'))).toBe(false);
      }
    }
  });
});

describe.concurrent('destroyDatabase', () => {
  test('leaves nothing, snapshots and what was kept included', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', pooling: {} });
    const document = await shop.run('destroyDatabase', {});

    expect(document).toMatchObject({ type: 'destroy', status: 'done', error: null });
    expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [], topology: null });
    expect(await shop.world.store.readSecrets(shop.id)).toEqual({});
  });

  test('says so when something will not go', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'replicas' });
    await settle(shop);
    const [snapshot] = await shop.world.store.listSnapshots(shop.id);
    shop.world.machines.keep(snapshot!.volume);
    const document = await shop.run('destroyDatabase', {});

    expect(document).toMatchObject({
      status: 'needs_operator',
      error: { message: expect.stringContaining(snapshot!.volume) },
    });
    expect(await shop.database()).not.toBeNull();
  });
});
