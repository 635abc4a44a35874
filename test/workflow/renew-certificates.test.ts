import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { tlsFiles } from '../../src/domain/tls.ts';
import { breakAtEveryStep, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { renewals } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Other certificates, from every point on and back. */

const newShop = useControlPlane();

for (const story of Object.values(renewals)) dieAtEveryStep({ newShop, story });
breakAtEveryStep({ newShop, story: renewals.ha });

const serialNumbers = async (shop: Shop): Promise<Readonly<Record<string, string>>> => {
  const { nodes, kept } = (await shop.database())!.topology;
  const numbers = [...nodes, ...kept].map(({ name, container }) => {
    const { serialNumber } = new X509Certificate(shop.world.machines.read(container, tlsFiles.identity));
    return [name, serialNumber] as const;
  });
  return Object.fromEntries(numbers);
};

test('every node has another certificate, also the one that is kept for a rollback', async () => {
  const shop = newShop();
  await renewals.ha.prepare(shop);
  const before = await serialNumbers(shop);
  expect(Object.keys(before)).toContain('postgres-1');
  const document = await shop.run('rotateDatabase', { what: 'certificates' });
  expect(document).toMatchObject({ type: 'rotate', status: 'done', stall_ms: null, warnings: [] });
  const after = await serialNumbers(shop);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, number] of Object.entries(after)) expect([name, number]).not.toEqual([name, before[name]]);
});

test('one that does not run takes its certificate when it starts, and the operation says so', async () => {
  const shop = newShop();
  await renewals.ha.prepare(shop);
  const etcd = (await shop.database())!.topology.nodes.find(({ name }) => name === 'etcd-2')!;
  await shop.world.platform.stopContainer(etcd.container, 1);
  const before = await serialNumbers(shop);
  const document = await shop.run('rotateDatabase', { what: 'certificates' });
  expect(document.warnings.join()).toContain('etcd-2 does not run, and takes its new certificate when it starts');
  expect((await serialNumbers(shop))['etcd-2']).not.toBe(before['etcd-2']);
});

// One node that was gone kept all others from new certificates, until everything had ended.
test('a node that is gone keeps the others from nothing', async () => {
  const shop = newShop();
  await renewals.ha.prepare(shop);
  const etcd = (await shop.database())!.topology.nodes.find(({ name }) => name === 'etcd-2')!;
  await shop.world.platform.removeContainer(etcd.container);
  const document = await shop.run('rotateDatabase', { what: 'certificates' });
  expect(document.status).toBe('done');
  expect(document.warnings.join()).toContain('etcd-2');
});

// Nothing renews what is stopped: after ninety days no node would have taken another's certificate.
test('what was stopped has other certificates when it starts', async () => {
  const shop = newShop();
  await renewals.pooled.prepare(shop);
  await shop.run('stopDatabase', { confirm: true });
  const before = await serialNumbers(shop);
  await shop.run('startDatabase', {});
  const after = await serialNumbers(shop);
  for (const [name, number] of Object.entries(after)) expect([name, number]).not.toEqual([name, before[name]]);
});
