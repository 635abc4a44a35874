import { expect, test } from 'vitest';
import { readApplicationPassword } from '../../src/api/application-password.ts';
import { matchesVerifier, scramVerifier } from '../../src/components/postgres/index.ts';
import type { Database } from '../../src/domain/database.ts';
import { ports } from '../../src/domain/naming.ts';
import { nodesOf, type Node } from '../../src/domain/topology.ts';
import { tryApplicationPassword } from '../../src/nodes/application-password.ts';
import { breakAtEveryStep, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { acknowledged } from '../support/fake-world/expectations.ts';
import { forGood, type ActivityCall } from '../support/fake-world/faults.ts';
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
const restore = (shop: Shop, poolers: readonly Node[]) =>
  act(shop, 'restorePassword', { role: 'shop', database: 'shop', poolers }, { direction: 'undo' });
const rotate = (shop: Shop) => shop.run('rotateDatabase', { how: 'at_once', confirm: true });
const passwordOf = async (shop: Shop) => (await shop.world.store.readSecrets(shop.id))['application']!;
const storedOn = ({ world }: Shop, name: string) => world.servers.named(name)!.data.passwords.get('shop')!;
const serversOf = async (shop: Shop) => nodesOf((await shop.database())!.topology, 'postgres').map(({ name }) => name);

/** Names of what is kept of the application's password. */
const secretsOf = async ({ id, world }: Shop) =>
  Object.keys(await world.store.readSecrets(id))
    .filter((name) => name.startsWith('application'))
    .toSorted();

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
    expect(await secretsOf(shop)).toEqual(['application', 'application_forgotten']);
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

test('an undo keeps a password that was set meanwhile', async () => {
  const shop = await grown();
  const [server] = await serversOf(shop);
  await act(shop, 'makeNextPassword', { role: 'shop' });
  await act(shop, 'changePassword', { role: 'shop', poolers: [] });
  const theirs = scramVerifier('set meanwhile');
  shop.world.servers.named(server!)!.data.passwords.set('shop', theirs);
  await restore(shop, []);
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
  // Nothing was changed, so there is nothing to undo.
  await restore(shop, [pooler]);
  shop.world.poolers.resume(machine);
  await change();
  expect(storedOn(shop, server!)).not.toBe(before);
});

test.each(['does not run', 'is paused'])(
  'a pooler that %s keeps no rotation from its end, nor its undo',
  async (how) => {
    const shop = await grown();
    const old = await passwordOf(shop);
    const [server] = await serversOf(shop);
    const { name, container } = await poolerOf(shop);
    if (how === 'does not run') await shop.world.platform.stopContainer(container, 1);
    else shop.world.machines.hang(name, 'paused');
    const at = ({ name: action, context }: ActivityCall) => action === 'adoptPassword' && context?.direction === 'run';
    shop.world.faults.add({ when: 'before', at, error: forGood });
    expect(await rotate(shop)).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });
    expect(matchesVerifier(old, storedOn(shop, server!))).toBe(true);

    shop.world.faults.clear();
    const document = await rotate(shop);
    expect(document).toMatchObject({ status: 'done', error: null });
    expect(document.warnings.join(' ')).toContain(`${name} was left aside: `);
    expect(matchesVerifier(await passwordOf(shop), storedOn(shop, server!))).toBe(true);
  },
);

test('another rotation finishes what could not be undone', async () => {
  const shop = await grown();
  const fail = (action: string, when: 'before' | 'after') =>
    shop.world.faults.add({ when, at: ({ name }) => name === action, error: forGood });
  fail('changePassword', 'after');
  fail('restorePassword', 'before');
  const command = './pgrow rotate shop --password --yes';
  expect(await rotate(shop)).toMatchObject({ status: 'needs_operator', error: { left_over: [{ command }] } });
  shop.world.faults.clear();
  expect(await rotate(shop)).toMatchObject({ status: 'done' });
  expect(await isInUse(shop, await passwordOf(shop))).toBe(true);
});

test('replicas that lag are left aside, and what takes writes has the new password at once', async () => {
  const shop = await grown();
  const pooler = await poolerOf(shop);
  const { poolers, machines, servers } = shop.world;
  for (const name of await serversOf(shop)) {
    const { inRecovery, passwords } = servers.named(name)!.data;
    const set = passwords.set.bind(passwords);
    if (inRecovery) passwords.set = (role, verifier) => (role === 'shop' ? passwords : set(role, verifier));
  }
  await act(shop, 'makeNextPassword', { role: 'shop' });
  await act(shop, 'changePassword', { role: 'shop', poolers: [pooler] }, { patience_seconds: 4 });
  const next = (await shop.world.store.readSecrets(shop.id))['application_next'];
  const learnt = (port: number) =>
    poolers.learnt(machines.named(pooler.name)!, port).find(({ user }) => user === 'shop')?.password;
  expect(learnt(ports.pooled)).toBe(next);
  expect(learnt(ports.pooledReadOnly)).not.toBe(next);
});

test('a rotation gives another password where the next one is in use already, and where one was undone', async () => {
  const shop = await grown();
  const old = await passwordOf(shop);
  const { store } = shop.world;
  await store.replaceSecret(shop.id, 'application_next', old);
  expect(await rotate(shop)).toMatchObject({ status: 'done' });
  const second = await passwordOf(shop);
  expect(second).not.toBe(old);
  expect(await isInUse(shop, second)).toBe(true);

  await act(shop, 'makeNextPassword', { role: 'shop' });
  const { application_next: undone } = await store.readSecrets(shop.id);
  await act(shop, 'forgetNextPassword', { role: 'shop' }, { direction: 'undo' });
  await rotate(shop);
  expect([second, undone]).not.toContain(await passwordOf(shop));
});

test('a password that is given after its rotation was undone is known, and the next rotation keeps it', async () => {
  const shop = await grown();
  await act(shop, 'makeNextPassword', { role: 'shop' });
  const { application_next: late } = await shop.world.store.readSecrets(shop.id);
  await act(shop, 'forgetNextPassword', { role: 'shop' }, { direction: 'undo' });
  for (const name of await serversOf(shop))
    shop.world.servers.named(name)!.data.passwords.set('shop', scramVerifier(late!));

  const tryPassword = (database: Database, password: string | null) =>
    tryApplicationPassword(shop.world.dependencies, database, password);
  const shown = await readApplicationPassword({ store: shop.world.store, tryPassword }, (await shop.database())!);
  expect(shown).toEqual({ password: late, answer: 'accepted' });
  const document = await rotate(shop);
  expect(document.warnings.join(' ')).toContain('did not finish');
  expect(await passwordOf(shop)).toBe(late);
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
