import { expect, test } from 'vitest';
import { labelNames, networkName, verificationName } from '../../src/domain/naming.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, settle } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const shopWithSnapshot = async (): Promise<{ shop: Shop; snapshot: Snapshot }> => {
  const shop = newShop();
  await create(shop);
  await shop.run('expand', { target: 'replicas' });
  await settle(shop);
  const [snapshot] = await shop.world.store.listSnapshots(shop.id);
  return { shop, snapshot: snapshot! };
};

const record = async (shop: Shop) => (await shop.world.store.listSnapshots(shop.id))[0];

test('a snapshot that an expansion has taken is verified by then', async () => {
  const { shop, snapshot } = await shopWithSnapshot();
  expect(snapshot).toMatchObject({ verified_at: expect.any(String), damage: null });
  const before = await shop.picture();
  expect(await shop.verify(snapshot.id)).toMatchObject({ status: 'whole', found: [] });
  const verified = await record(shop);
  expect(Date.parse(verified!.verified_at!)).toBeGreaterThan(Date.parse(snapshot.verified_at!));
  expect(await shop.picture()).toEqual(before);
});

test('what is wrong with one is found and recorded, and taken back when it is right again', async () => {
  const { shop, snapshot } = await shopWithSnapshot();
  const { servers, platform } = shop.world;
  servers.damage(snapshot.volume, 'checksum mismatch for file "base/1/1255"');
  expect(await shop.verify(snapshot.id)).toMatchObject({
    status: 'damaged',
    found: ['checksum mismatch for file "base/1/1255"'],
  });
  expect(await record(shop)).toMatchObject({ damage: 'checksum mismatch for file "base/1/1255"' });
  expect(await platform.inspectContainer(verificationName(snapshot.volume))).toBeNull();

  await platform.removeVolume(snapshot.volume);
  expect(await shop.verify(snapshot.id)).toMatchObject({ found: [expect.stringContaining('is gone')] });
});

test('what a worker that died has left is not taken for an answer', async () => {
  const { shop, snapshot } = await shopWithSnapshot();
  const { platform, servers } = shop.world;
  const name = verificationName(snapshot.volume);
  servers.damage(snapshot.volume, 'long mended');
  const spec = { name, image: 'postgres:1', hostname: 'x', network: networkName((await shop.database())!) };
  await platform.ensureContainer({
    ...spec,
    aliases: [],
    mounts: [{ volume: snapshot.volume, path: '/var/lib/postgresql' }],
    ports: [],
    labels: { [labelNames.kind]: 'verification' },
    environment: {},
    restart: 'no',
    memoryBytes: 1,
    cpus: 1,
    confinement: null,
  });
  await platform.startContainer(name);
  servers.damage(snapshot.volume, null);
  expect(await shop.verify(snapshot.id)).toMatchObject({ status: 'whole', found: [] });
});

test('one that is not there is an error', async () => {
  const { shop } = await shopWithSnapshot();
  await expect(shop.verify('snap-9')).rejects.toMatchObject({ cause: { cause: { type: 'not_found' } } });
});
