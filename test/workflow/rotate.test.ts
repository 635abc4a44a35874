import { expect, test } from 'vitest';
import { matchesVerifier, scramVerifier } from '../../src/components/postgres/index.ts';
import { ports } from '../../src/domain/naming.ts';
import { nodesOf } from '../../src/domain/topology.ts';
import { tryApplicationPassword } from '../../src/nodes/application-password.ts';
import { breakAtEveryStep, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { acknowledged } from '../support/fake-world/expectations.ts';
import { forGood } from '../support/fake-world/faults.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, rotations } from '../support/fake-world/operations-under-test.ts';
import { act } from '../support/fake-world/single-action.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';
import { performAtOnce } from '../support/fake-world/without-temporal.ts';

/** Another password of the application, from every point on and back. */

const newShop = useControlPlane();

for (const story of Object.values(rotations)) dieAtEveryStep({ newShop, story });
for (const story of [rotations.pooled, rotations.ha]) breakAtEveryStep({ newShop, story });

const grown = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await performAtOnce(shop, { workflow: 'expand', wish: { target: 'ha', pooling: {} } });
  await shop.write(acknowledged, 'postgres');
  await shop.write(acknowledged, 'pooled');
  await shop.rows('pooled_read_only');
  return shop;
};
const rotate = (shop: Shop) => shop.run('rotateDatabase', { how: 'at_once', confirm: true });
const passwordOf = async (shop: Shop) => (await shop.world.store.readSecrets(shop.id))['application']!;
const storedOn = ({ world }: Shop, name: string) => world.servers.named(name)!.data.passwords.get('shop')!;
const serversOf = async (shop: Shop) => nodesOf((await shop.database())!.topology, 'postgres').map(({ name }) => name);

/** Whether every server takes this password, and every pool of the application logs in with it. */
const isInUse = async (shop: Shop, password: string): Promise<boolean> => {
  const { machines, poolers } = shop.world;
  const machine = machines.running().find(({ kind }) => kind === 'pgbouncer')!;
  const learnt = [ports.pooled, ports.pooledReadOnly].map((port) =>
    poolers.learnt(machine, port).filter(({ user }) => user === 'shop'),
  );
  expect(learnt.map(({ length }) => length)).toEqual([1, 1]);
  const stored = (await serversOf(shop)).map((name) => storedOn(shop, name));
  return (
    stored.every((verifier) => matchesVerifier(password, verifier)) &&
    learnt.flat().every((login) => login.password === password)
  );
};

test('the new password is the one on record, of every server, and of the pools of every pooler process', async () => {
  const shop = await grown();
  const old = await passwordOf(shop);
  const document = await rotate(shop);

  expect(document).toMatchObject({ type: 'rotate', status: 'done', from_stage: 3, to_stage: 3, stall_ms: null });
  const password = await passwordOf(shop);
  expect(password).not.toBe(old);
  expect(await isInUse(shop, password)).toBe(true);
  await rotate(shop);
  expect(await isInUse(shop, password)).toBe(false);
  expect(await isInUse(shop, await passwordOf(shop))).toBe(true);
});

test.each(['makeNextPassword', 'changePassword', 'adoptPassword'])(
  'broken for good after %s, servers and pools have the password of before',
  async (action) => {
    const shop = await grown();
    const old = await passwordOf(shop);
    const [server] = await serversOf(shop);
    const stored = storedOn(shop, server!);
    shop.world.faults.add({
      when: 'after',
      at: ({ name, context }) => name === action && context?.direction === 'run',
      error: forGood,
    });
    expect(await rotate(shop)).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });

    expect(await passwordOf(shop)).toBe(old);
    expect(storedOn(shop, server!)).toBe(stored);
    expect(await isInUse(shop, old)).toBe(true);
    expect(
      Object.keys(await shop.world.store.readSecrets(shop.id)).filter((name) => name.startsWith('application')),
    ).toEqual(['application']);
  },
);

test('a password that was set without pgrow is what the server gets back', async () => {
  const shop = await grown();
  const theirs = scramVerifier('set by the application');
  for (const name of await serversOf(shop)) shop.world.servers.named(name)!.data.passwords.set('shop', theirs);
  shop.world.faults.add({
    when: 'after',
    at: ({ name, context }) => name === 'changePassword' && context?.direction === 'run',
    error: forGood,
  });
  const document = await rotate(shop);

  expect(document.warnings.join(' ')).toContain('was changed without pgrow');
  expect(document).toMatchObject({ status: 'rolled_back' });
  for (const name of await serversOf(shop)) expect(storedOn(shop, name)).toBe(theirs);
});

test('one that was set meanwhile stays: it is not put back over', async () => {
  const shop = await grown();
  const [server] = await serversOf(shop);
  await act(shop, 'makeNextPassword', { role: 'shop' });
  const theirs = scramVerifier('set meanwhile');
  shop.world.servers.named(server!)!.data.passwords.set('shop', theirs);
  await act(shop, 'restorePassword', { role: 'shop', poolers: [] }, { direction: 'undo' });
  expect(storedOn(shop, server!)).toBe(theirs);
});

test('no password is in what the operation leaves on record', async () => {
  const shop = await grown();
  const old = await passwordOf(shop);
  const document = await rotate(shop);
  const { store } = shop.world;
  const kept = JSON.stringify([document, await store.readPlan(document.id), await store.listEvents(shop.id, 100)]);
  for (const secret of [old, await passwordOf(shop)]) expect(kept).not.toContain(secret);
});

const poolerOf = async (shop: Shop) => nodesOf((await shop.database())!.topology, 'pgbouncer')[0]!;

test('the server hears of nothing while a pooler holds its clients: it would take no login', async () => {
  const shop = await grown();
  const [server] = await serversOf(shop);
  const before = storedOn(shop, server!);
  const pooler = await poolerOf(shop);
  const machine = shop.world.machines.named(pooler.name)!;
  await act(shop, 'makeNextPassword', { role: 'shop' });
  shop.world.poolers.pause(machine);
  const change = () => act(shop, 'changePassword', { role: 'shop', poolers: [pooler] }, { patience_seconds: 0.2 });
  await expect(change()).rejects.toMatchObject({ message: expect.stringContaining('holds its clients') });
  expect(storedOn(shop, server!)).toBe(before);
  shop.world.poolers.resume(machine);
  await change();
  expect(storedOn(shop, server!)).not.toBe(before);
});

test('a password that was set without pgrow, and is recorded, reaches the pools as well', async () => {
  const shop = await grown();
  const theirs = 'set by the application';
  for (const name of await serversOf(shop))
    shop.world.servers.named(name)!.data.passwords.set('shop', scramVerifier(theirs));
  const database = (await shop.database())!;
  expect(await tryApplicationPassword(shop.world.dependencies, database, 'another')).toBe('refused');
  expect(await tryApplicationPassword(shop.world.dependencies, database, theirs)).toBe('accepted');
  expect(await isInUse(shop, theirs)).toBe(true);
});

test('a rollback of the operation before comes back to a server that has the new password', async () => {
  const shop = await grown();
  const old = await passwordOf(shop);
  await rotate(shop);
  await performAtOnce(shop, { workflow: 'rollback', wish: {} });

  expect(await serversOf(shop)).toEqual(['postgres-1']);
  const password = await passwordOf(shop);
  expect(password).not.toBe(old);
  expect(matchesVerifier(password, storedOn(shop, 'postgres-1'))).toBe(true);
  expect(await shop.write('after the rollback', 'postgres')).toBe('postgres-1');
});
