import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { describe, expect, test, vi } from 'vitest';
import { expectNobodyHeld } from '../support/fake-world/expectations.ts';
import { passing } from '../support/fake-world/faults.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, expansions } from '../support/fake-world/operations-under-test.ts';
import { tell } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};

describe.concurrent('one operation at a time', () => {
  test('a second one is refused by Temporal while one runs, and shows progress', async () => {
    const shop = await newDatabase();
    const held = shop.world.faults.hold(({ name }) => name === 'verifyPooler');
    const first = await shop.start('expand', { target: 'pooling' });
    await held.reached;

    await expect(shop.start('expand', { target: 'replicas' })).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
    expect(await shop.progress()).toMatchObject({
      database: 'shop',
      waiting_for: null,
      steps: [
        { name: 'start pgbouncer-1', status: 'done' },
        { name: 'log in and query through pgbouncer-1', status: 'running' },
        ...Array.from({ length: 3 }, () => ({ status: 'pending' })),
      ],
    });
    held.release();
    expect(await shop.end(first)).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('abort', () => {
  for (const action of ['waitUntilEtcdQuorum', 'waitUntilRouting', 'preflightCutOver']) {
    test(`during ${action} puts everything back`, async () => {
      const shop = await newDatabase();
      const before = await shop.picture();
      const held = shop.world.faults.hold(({ name }) => name === action);
      const handle = await shop.start('expand', { target: 'ha', pooling: {} });
      await held.reached;
      await handle.signal('abort');
      const document = await shop.end(handle);

      expect(document).toMatchObject({ status: 'aborted', error: { code: 'aborted', left_over: [] } });
      expect(await shop.labelled(document.id)).toEqual([]);
      expect(await shop.picture()).toEqual(before);
      expectNobodyHeld(shop);
    });
  }

  test('of a creation leaves no database', async () => {
    const shop = newShop();
    const held = shop.world.faults.hold(({ name }) => name === 'ensureRoles');
    const handle = await shop.start('createDatabase', { name: 'shop' });
    await held.reached;
    await handle.signal('abort');

    expect(await shop.end(handle)).toMatchObject({ status: 'aborted' });
    expect(await shop.picture()).toMatchObject({ containers: [], volumes: [], networks: [], topology: null });
  });
});

describe.concurrent('a worker that dies at the last line of every activity', () => {
  const dieOnce = (shop: Shop) =>
    shop.world.faults.add({
      when: 'after',
      error: passing,
      at: ({ name, context, try: attempt }) => attempt === 1 && context !== null && name !== 'watchHealth',
    });

  test('does no harm: each is done again and the operation ends as it should', async () => {
    const shop = newShop();
    dieOnce(shop);
    expect(await create(shop)).toMatchObject({ status: 'done' });
    await shop.write('order 1', 'postgres');
    const document = await tell(expansions.jump, shop);

    expect(document).toMatchObject({ status: 'done', to_stage: 3, error: null });
    expect(await shop.write('order 2', 'pooled')).toBe('postgres-2');
    expect(await shop.rows('read_only')).toEqual(expect.arrayContaining(['order 1', 'order 2']));
    expectNobodyHeld(shop);
    const events = (await shop.world.store.listEvents(shop.id, 99)).map(({ event_type }) => event_type);
    expect(events.toSorted((a, b) => a.localeCompare(b))).toEqual(['replica_added', 'replica_added', 'stage_upgrade']);
  });

  test('does no harm to a rollback either', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    dieOnce(shop);
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'preflightCutOver' });
    const document = await tell(expansions.jump, shop);

    expect(document).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });
    expect(await shop.picture()).toEqual(before);
  });
});

describe.concurrent('a cut-over that cannot be finished', () => {
  /** Of an expansion that has just begun its cut-over, the successor gets nothing more. */
  const cutOffSuccessor = async (shop: Shop) => {
    const hold = shop.world.faults.hold(({ name }) => name === 'cutOver');
    const handle = await shop.start('expand', { target: 'ha', pooling: {} });
    await hold.reached;
    const reconnect = shop.world.servers.cutOff('postgres-2');
    const secondLook = shop.world.faults.hold(
      ({ name, context }) => name === 'preflightCutOver' && context?.attempt === 2,
    );
    hold.release();
    await secondLook.reached;
    return { handle, reconnect, lookAgain: secondLook.release };
  };

  test('is called off before the promotion: the old primary serves, and all is undone', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const { handle, lookAgain } = await cutOffSuccessor(shop);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-1');
    expectNobodyHeld(shop);
    shop.world.faults.losePatience('preflightCutOver', 0.2);
    lookAgain();
    const document = await shop.end(handle);

    expect(document).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', left_over: [] } });
    expect(document.error?.message).toContain('postgres-2 does not stream from postgres-1');
    expect(await shop.picture()).toEqual(before);
    expect(await shop.write('order 2', 'pooled')).toBe('postgres-1');
    expectNobodyHeld(shop);
  });

  test('is tried again once its reason has passed', async () => {
    const shop = await newDatabase();
    const { handle, reconnect, lookAgain } = await cutOffSuccessor(shop);
    await shop.write('order 1', 'pooled');
    reconnect();
    lookAgain();

    expect(await shop.end(handle)).toMatchObject({ status: 'done', to_stage: 3, error: null });
    await shop.write('order 2', 'pooled');
    expect(await shop.rows('pooled')).toEqual(expect.arrayContaining(['order 1', 'order 2']));
    expectNobodyHeld(shop);
  });

  // A router that had been told to hold writes and was then out of reach for six seconds held them for ever: it was
  // never told again, and its own checks do not end what was said at run time.
  test('leaves no router behind that could not be switched', async () => {
    const shop = await newDatabase();
    const { routers, machines, faults } = shop.world;
    const answer = routers.command;
    let unheard = 0;
    vi.spyOn(routers, 'command').mockImplementation((machine, text) => {
      const isMove = /set server replicas\/\S+ state maint/.test(text);
      if (machine.name !== 'haproxy-2' || !isMove || unheard === 3) return answer(machine, text);
      unheard += 1;
      throw new Error('out of reach');
    });
    faults.losePatience('verifyRoutes', 0.2);
    const document = await shop.run('expand', { target: 'ha', pooling: {} });

    expect(unheard).toBe(3);
    expect(document).toMatchObject({ status: 'done', to_stage: 3, error: null });
    expect(routers.writesTo(machines.named('haproxy-2')!)).toEqual(['postgres-2']);
    expectNobodyHeld(shop);
  });

  test('refuses a standby whose rows differ', async () => {
    const shop = await newDatabase();
    const hold = shop.world.faults.hold(({ name }) => name === 'verifyStandbyCluster');
    const handle = await shop.start('expand', { target: 'ha' });
    await hold.reached;
    shop.world.servers.named('postgres-2')!.data.rows.add('from nowhere');
    hold.release();

    expect(await shop.end(handle)).toMatchObject({
      status: 'rolled_back',
      error: { code: 'verification_failed', message: expect.stringContaining('postgres-2 differs from postgres-1') },
    });
    expect(await shop.write('order 1', 'postgres')).toBe('postgres-1');
  });
});

describe.concurrent('a window that closes', () => {
  // Every operation first closes the window before it. While a replica's server was down none could: not even the one
  // that makes that replica again.
  test('does not wait for a member whose server is down, so that it can be made again', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha' });
    const { servers } = shop.world;
    const broken = servers.named('postgres-4')!;
    broken.data.fenced = true;
    servers.shutDown(broken);

    expect(await shop.run('reinitialize', { node: 'postgres-4' })).toMatchObject({ status: 'done', error: null });
    const { slots, topology } = await shop.picture();
    expect(topology?.kept).toEqual([]);
    expect(slots).toMatchObject({
      'postgres-2': ['postgres_3', 'postgres_4'],
      'postgres-4': ['postgres_2', 'postgres_3'],
    });
  });
});

describe.concurrent('a compensation that cannot finish', () => {
  // The primary's disk was full for six seconds: the base backup failed, and so did at once dropping the slot made for
  // it, because the server was just starting again. An operator was called for what would have passed by itself.
  test('is tried again while the server that it needs is away', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const { faults, platform, machines } = shop.world;
    const primary = machines.named('postgres-1')!.container;
    const clone = faults.hold(({ name }) => name === 'waitUntilStreaming');
    const secondTry = faults.hold(({ name, try: attempt }) => name === 'removeReplicationSlot' && attempt === 2);
    faults.add({ when: 'before', at: ({ name }) => name === 'waitUntilStreaming' });
    const handle = await shop.start('expand', { target: 'replicas' });
    await clone.reached;
    await platform.stopContainer(primary, 1);
    clone.release();
    await secondTry.reached;
    await platform.startContainer(primary);
    secondTry.release();
    const document = await shop.end(handle);

    expect(document).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });
    expect(await shop.picture()).toEqual(before);
  });

  test('ends as needs_operator, naming what is left and the command that removes it', async () => {
    const shop = await newDatabase();
    const operation_id = randomUUID();
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'verifyPooler' });
    shop.world.machines.keep('pgbouncer-1');
    const document = await shop.run('expand', { target: 'pooling', operation_id });
    const [left] = await shop.labelled(operation_id);

    expect(left).toMatch(/pgbouncer-1$/);
    expect(document).toMatchObject({
      status: 'needs_operator',
      error: { step: 'log in and query through pgbouncer-1' },
    });
    expect(document.error?.left_over).toContainEqual({
      what: expect.stringContaining(left!),
      command: `docker rm -fv ${left!}`,
    });
  });
});
