import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { activityInterceptor } from '../../src/activities/interceptor.ts';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import {
  addSnapshot,
  keepSnapshot,
  restoration,
  snapshotId,
  snapshotRows,
  snapshotVolume,
  source,
  sourcePassword,
} from '../support/fake-world/kept-snapshot.ts';
import { nodeNames, type Shop } from '../support/fake-world/operator.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const shopWithSnapshot = async (change: Partial<Snapshot> = {}): Promise<Shop> => {
  const shop = newShop();
  await keepSnapshot(shop, change);
  return shop;
};

const restore = (shop: Shop, wish: Partial<Record<keyof typeof restoration | 'port', unknown>> = {}) =>
  shop.run('restoreSnapshot', { ...restoration, ...wish } as typeof restoration);

const expectNothing = async (shop: Shop): Promise<void> => {
  expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [], topology: null });
  expect(await shop.world.store.readSecrets(shop.id)).toEqual({});
};

describe.concurrent('restoreSnapshot', () => {
  test('leaves a new database with the rows of the snapshot, that takes writes at once', async () => {
    const shop = await shopWithSnapshot();
    const document = await restore(shop);

    expect(document).toMatchObject({
      type: 'restore',
      status: 'done',
      from_stage: null,
      to_stage: 0,
      database: 'shop',
    });
    const database = await shop.database();
    expect(nodeNames(database)).toEqual(['front', 'postgres-1']);
    expect(database?.restored_from).toEqual({
      service_id: source.id,
      database: source.name,
      snapshot: snapshotId,
      taken_at: expect.any(String),
    });
    expect(await shop.rows('postgres')).toEqual(expect.arrayContaining([...snapshotRows]));
    expect(await shop.write('order 3', 'postgres')).toBe('postgres-1');
    const { containers, volumes, networks } = await shop.picture();
    expect([containers.length, volumes.length, networks.length]).toEqual([2, 1, 2]);
  });

  test('gives it passwords of its own', async () => {
    const shop = await shopWithSnapshot();
    await restore(shop);
    const { passwords } = shop.world.servers.named('postgres-1')!.data;
    expect([...passwords.keys()].toSorted()).toEqual([
      'pgbouncer',
      'pgrow',
      'pgrow_probe',
      'pgrow_reader',
      'postgres',
      'replicator',
      'rewind',
      'shop',
    ]);
    expect([...passwords.values()]).not.toContain(sourcePassword);
  });

  test('leaves source and snapshot as they were', async () => {
    const shop = await shopWithSnapshot();
    const before = [await shop.world.store.readDatabase(source.id), await shop.world.store.listSnapshots(source.id)];
    await restore(shop);
    expect([await shop.world.store.readDatabase(source.id), await shop.world.store.listSnapshots(source.id)]).toEqual(
      before,
    );
    expect(await shop.world.platform.readLabels('volume', snapshotVolume)).not.toBeNull();
  });

  test('a copy that cannot be made is undone, with what was wrong', async () => {
    const shop = await shopWithSnapshot();
    shop.world.servers.failRestorations('role "shop" already exists', 99);
    const document = await restore(shop);
    expect(document).toMatchObject({
      status: 'rolled_back',
      error: {
        message:
          'Cannot restore the snapshot: role "shop" already exists. The snapshot has one of that name: restore it ' +
          'under another name.',
        left_over: [],
      },
    });
    await expectNothing(shop);
  });

  test('a snapshot whose volume has gone meanwhile is named', async () => {
    const shop = await shopWithSnapshot();
    await shop.world.platform.removeVolume(snapshotVolume);
    const document = await restore(shop);
    expect(document.error?.message).toContain(`volume ${snapshotVolume} no longer exists`);
    await expectNothing(shop);
    expect(await shop.world.platform.readLabels('volume', snapshotVolume)).toBeNull();
  });

  test('no password shows in its history', async () => {
    const shop = await shopWithSnapshot();
    await restore(shop);
    const secrets = Object.values(await shop.world.store.readSecrets(shop.id));
    const text = JSON.stringify(await shop.operation.fetchHistory(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toContain('SCRAM-SHA-256$');
  });
});

describe.concurrent('the source of a restore', () => {
  const destroySource = ({ world }: Shop) =>
    new MockActivityEnvironment({}, { interceptors: [activityInterceptor] }).run(world.activities.openOperation, {
      workflow: 'destroyDatabase' as const,
      input: { service_id: source.id },
      operation: randomUUID(),
      workflow_id: 'destroy',
      run_id: 'run',
    });

  // Destroying it waited for the volume that was being copied, gave up, and left half a database to an operator.
  test('cannot be destroyed while its snapshot is copied, and can be afterwards', async () => {
    const shop = await shopWithSnapshot();
    const copying = shop.world.faults.hold(({ name }) => name === 'restoreSnapshot');
    const after = shop.world.faults.hold(({ name }) => name === 'verifyRoutes');
    const operation = await shop.start('restoreSnapshot', restoration);
    await copying.reached;
    const { id } = (await shop.world.store.readRunningOperation(shop.id))!;

    await expect(destroySource(shop)).rejects.toMatchObject({
      type: 'refused',
      message:
        `Cannot destroy origin now: restore ${id} copies a snapshot of it to shop. Wait until that is done ` +
        '(./pgrow status shop), or abort it: ./pgrow abort shop',
    });
    copying.release();
    await after.reached;
    expect(await destroySource(shop)).toMatchObject({ plan: { type: 'destroy' } });
    after.release();
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('a restore is refused before anything is touched', () => {
  const past = '2026-01-01T00:00:00.000Z';

  test('with everything that is wrong at once', async () => {
    const shop = await shopWithSnapshot({ expires_at: past });
    await expect(restore(shop, { name: 'Shop!', port: 1 })).rejects.toMatchObject({
      type: 'invalid_input',
      details: [
        [
          { path: 'name', value: 'Shop!' },
          { path: 'port', value: 1 },
          { path: 'snapshot', value: snapshotId },
        ],
      ],
    });
    expect(shop.world.platform.calls).toHaveLength(1);
    await expectNothing(shop);
  });

  test.for([
    ['an unknown snapshot', {}, { snapshot: 'snap-9' }, 'invalid_input', /snap-9.*allowed: snap-1/],
    ['one whose time is over', { expires_at: past }, {}, 'refused', /expired at 2026-01-01/],
    ['a damaged one', { damage: 'checksum mismatch' }, {}, 'refused', /damaged: checksum mismatch/],
    ['one that was never verified', { verified_at: null }, {}, 'refused', /pgrow snapshots origin --verify snap-1/],
    ['a name that is taken', {}, { name: source.name }, 'name_taken', /name is "origin", allowed: a name that is free/],
  ] as const)('%s', async ([, change, wish, type, message]) => {
    const shop = await shopWithSnapshot(change);
    await expect(restore(shop, wish)).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
    await expectNothing(shop);
  });

  test('a source that is not there', async () => {
    await expect(restore(newShop())).rejects.toMatchObject({ type: 'not_found' });
  });

  test('others that would do are named', async () => {
    const shop = await shopWithSnapshot({ damage: 'gone' });
    await addSnapshot(shop.world, { id: 'snap-2', volume: 'volume-2' });
    await expect(restore(shop)).rejects.toMatchObject({ message: expect.stringContaining('allowed: snap-2 (') });
  });
});
