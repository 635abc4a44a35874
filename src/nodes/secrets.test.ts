import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/support/fake-world/memory-store.ts';
import { sampleDatabase } from '../../test/support/sample-database.ts';
import { createWorld } from '../../test/support/fake-world/world.ts';
import { completeSecrets, ensureAuthority, secretNames } from './secrets.ts';
import { openSession } from './session.ts';

const registered = async () => {
  const { dependencies, store } = createWorld();
  const shop = await store.registerDatabase(sampleDatabase('shop'));
  return { dependencies, store, shop };
};

// Each look made those that it did not find: after a restore of the metadata without them every login failed with
// "password authentication failed", and nothing said why.
test('a look at a database whose passwords are lost says so, and makes none', async () => {
  const { dependencies, store, shop } = await registered();
  await expect(openSession(dependencies, shop.id)).rejects.toMatchObject({
    code: 'needs_operator',
    message: expect.stringContaining('Passwords of shop are missing in the metadata: superuser, own'),
  });
  expect(await store.readSecrets(shop.id)).toEqual({});
});

// The passwords of a database that was just destroyed came back, for good.
test('a look at a database that is destroyed meanwhile finds none, and leaves no passwords', async () => {
  const { dependencies, store, shop } = await registered();
  await store.ensureSecrets(shop.id, secretNames);
  const readSecrets = async (id: string) => {
    await store.removeDatabase(id);
    await store.removeSecrets(id);
    return store.readSecrets(id);
  };
  const meanwhile = { ...dependencies, store: { ...dependencies.store, readSecrets } };
  await expect(openSession(meanwhile, shop.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.readSecrets(shop.id)).toEqual({});
});

test('a database of an earlier version gets the passwords it lacks and keeps those it has; a lost one gets none', async () => {
  const store = createMemoryStore();
  const [early, lost] = [sampleDatabase('early'), sampleDatabase('lost')];
  for (const database of [early, lost]) await store.registerDatabase(database);
  const before = await store.ensureSecrets(early.id, ['superuser', 'application']);
  await completeSecrets(store);
  const after = await store.readSecrets(early.id);
  expect(after).toMatchObject(before);
  expect(Object.keys(after).toSorted()).toEqual(secretNames.toSorted());
  expect(await store.readSecrets(lost.id)).toEqual({});
});

test('a certificate authority is made once, and both who make it at the same moment have the same', async () => {
  const { store, shop } = await registered();
  await Promise.all([ensureAuthority(store, shop), ensureAuthority(store, shop)]);
  const { ca_certificate, ca_key } = await store.readSecrets(shop.id);
  expect(new X509Certificate(ca_certificate!).checkPrivateKey(createPrivateKey(ca_key!))).toBe(true);
  await ensureAuthority(store, shop);
  expect(await store.readSecrets(shop.id)).toEqual({ ca_certificate, ca_key });
});
