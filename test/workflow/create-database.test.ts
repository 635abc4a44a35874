import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import { describe, expect, test } from 'vitest';
import { nodeNames } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

describe('createDatabase', () => {
  test('leaves one PostgreSQL behind a front that takes writes at once', async () => {
    const shop = newShop();
    const document = await create(shop);

    expect(document).toMatchObject({
      type: 'create',
      status: 'done',
      error: null,
      to_stage: 0,
      database: 'shop',
      checkpoint: null,
    });
    expect(new Set(document.steps.map(({ status }) => status))).toEqual(new Set(['done']));
    expect(nodeNames(await shop.database())).toEqual(['front', 'postgres-1']);
    const { containers, volumes, networks } = await shop.picture();
    expect([containers.length, volumes.length, networks.length]).toEqual([2, 1, 2]);
    expect(await shop.write('order 1', 'postgres')).toBe('postgres-1');
  });

  test('the same operation_id twice is one operation: the second finds everything done', async () => {
    const shop = newShop();
    const operation_id = randomUUID();
    const first = await shop.run('createDatabase', { name: 'shop', operation_id });
    const before = await shop.picture();
    const second = await shop.run('createDatabase', { name: 'shop', operation_id });

    expect(second).toMatchObject({ id: first.id, status: 'done' });
    expect(await shop.picture()).toEqual(before);
    expect(await shop.world.store.listOperations(shop.id)).toHaveLength(1);
  });

  test('input that does not fit is refused before anything is touched, every problem named', async () => {
    const shop = newShop();

    await expect(shop.run('createDatabase', { name: 'Shop!', postgres_major: 9 as never })).rejects.toMatchObject({
      type: 'invalid_input',
      message: expect.stringMatching(/name.*postgres_major|postgres_major.*name/s),
    });
    expect(shop.world.platform.calls).toEqual([]);
    expect(await shop.database()).toBeNull();
  });

  test('a missing image is refused, and the name is free again', async () => {
    const shop = newShop();
    shop.world.platform.removeImage('postgres:1');

    await expect(create(shop)).rejects.toMatchObject({ type: 'image_missing' });
    expect(await shop.database()).toBeNull();
  });

  // Whoever saw the operation end as put back and asked for the name at once was told that it is taken.
  test('by the time it shows as rolled back its name is free', async () => {
    const shop = newShop();
    const { store, faults } = shop.world;
    const error = () => ApplicationFailure.nonRetryable('it fails for good');
    faults.add({ when: 'before', at: ({ name }) => name === 'ensureRoles', error });
    const { endOperation } = store;
    const recordedAtTheEnd: unknown[] = [];
    Object.assign(store, {
      async endOperation(end: Parameters<typeof endOperation>[0]) {
        recordedAtTheEnd.push(await shop.database());
        return endOperation(end);
      },
    });

    expect(await create(shop)).toMatchObject({ status: 'rolled_back' });
    expect(recordedAtTheEnd).toEqual([null]);
  });
});

// A look made passwords where there were none, which no server knew: what was lost showed only as failed logins.
test('a database whose passwords are lost refuses changes with that reason, and can be destroyed', async () => {
  const shop = newShop();
  await create(shop);
  await shop.world.store.removeSecrets(shop.id);

  await expect(shop.run('expand', { target: 'pooling' })).rejects.toMatchObject({
    type: 'needs_operator',
    message: expect.stringContaining('Passwords of shop are missing in the metadata'),
  });
  expect(await shop.run('destroyDatabase', {})).toMatchObject({ status: 'done' });
  expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [] });
});
