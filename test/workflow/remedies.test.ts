import { describe, expect, test } from 'vitest';
import { containerName, ports, roles } from '../../src/domain/naming.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import type { PlatformCall } from '../../src/platform/fake/fake-calls.ts';
import { listen } from '../support/fake-world/listen.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create, settle } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Faults that an operation meets while it waits, and what it does about them by itself. */

const newShop = useControlPlane();

/** Seconds: a remedy is tried after a sixth of them. */
const patience = 1.2;

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};

const containerOf = async (shop: Shop, node: string): Promise<string> => containerName((await shop.database())!, node);

/** Rewrites a file as no one should, and makes the node take it. */
const spoil = async (shop: Shop, node: string, file: string, change: (content: string) => string): Promise<void> => {
  const { platform } = shop.world;
  const container = await containerOf(shop, node);
  const path = `/etc/pgrow/${file}`;
  const { content, mode } = platform.files(container)[path]!;
  expect(change(content)).not.toBe(content);
  await platform.putFiles(container, [{ path, mode, content: change(content) }]);
  await platform.exec(container, ['pgrow-reload']);
};

const timesCalled = async (shop: Shop, method: PlatformCall, node: string): Promise<number> => {
  const container = await containerOf(shop, node);
  return shop.world.platform.calls.filter((call) => call.method === method && call.name === container).length;
};

interface Story {
  /** The activity during which it happens. */
  readonly during: string;
  readonly wish: { readonly target: 'pooling' } | { readonly target: 'replicas'; readonly replicas: { count: number } };
  readonly fault: (shop: Shop) => Promise<void> | void;
}

/** An expansion that meets a fault just before it would have been content. */
const expandWith = async (shop: Shop, { during, wish, fault }: Story): Promise<OperationDocument> => {
  const { faults } = shop.world;
  faults.losePatience(during, patience);
  const held = faults.hold(({ name }) => name === during);
  const operation = await shop.start('expand', wish);
  await held.reached;
  await fault(shop);
  held.release();
  return shop.end(operation);
};

describe.concurrent('a router that does not see a server which answers', () => {
  const toReplicas = {
    during: 'waitUntilRouting',
    wish: { target: 'replicas', replicas: { count: 2 } },
  } as const;

  test('is reconfigured when its configuration is wrong', async () => {
    const shop = await newDatabase();
    const said = listen(shop);
    const spoilt = 'server postgres-3 elsewhere:';
    const document = await expandWith(shop, {
      ...toReplicas,
      fault: () =>
        spoil(shop, 'haproxy-1', 'haproxy.cfg', (cfg) => cfg.replaceAll(/server postgres-3 [^:]+:/g, spoilt)),
    });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(said).toContain('haproxy-1: reads do not reach postgres-3');
    expect(said).toContain('haproxy-1: reads do not reach postgres-3; rewriting its servers (1 of 3)');
    const { files } = await shop.picture();
    expect(files[`${await containerOf(shop, 'haproxy-1')}:/etc/pgrow/haproxy.cfg`]).not.toContain('elsewhere');
  });

  test('is given their addresses when its resolver does not know their names', async () => {
    const shop = await newDatabase();
    const document = await expandWith(shop, {
      ...toReplicas,
      fault: ({ world }) => {
        for (const node of ['postgres-1', 'postgres-2']) world.routers.forgetName('haproxy-1', node);
      },
    });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(await shop.write('order 1', 'read_write')).toBe('postgres-1');
    expect(await shop.rows('read_only')).toContain('order 1');
  });

  test('and cannot be made to: rolled back, with node, port, router and what the checks said', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const document = await expandWith(shop, {
      ...toReplicas,
      fault: ({ world }) => world.routers.cutOff('haproxy-1', 'postgres-2'),
    });

    expect(document).toMatchObject({
      status: 'rolled_back',
      error: { code: 'not_ready', step: 'wait until HAProxy sees primary and replicas', left_over: [] },
    });
    const { message } = document.error!;
    expect(message).toContain('haproxy-1: reads do not reach postgres-2, its servers were rewritten 3 times');
    expect(message).toContain(
      'the check of postgres-2:8008/replica by haproxy-1 says "L4CON Layer4 connection problem"',
    );
    expect(message).toContain('the same from the worker is answered 200');
    expect(await shop.picture()).toEqual(before);
  });

  test('is left alone when the server does not answer the worker either', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    let told = 0;
    const document = await expandWith(shop, {
      ...toReplicas,
      fault: async ({ world: { servers } }) => {
        const server = servers.named('postgres-2')!;
        server.data.fenced = true;
        servers.shutDown(server);
        told = await timesCalled(shop, 'putFiles', 'haproxy-1');
      },
    });

    expect(document).toMatchObject({ status: 'rolled_back' });
    expect(document.error?.message).toMatch(
      /Waited 1.2 s for haproxy-1 to see .*reads do not reach postgres-2; the check of postgres-2:8008\/replica .*is answered 503/,
    );
    expect(await timesCalled(shop, 'putFiles', 'haproxy-1')).toBe(told);
    expect(await shop.picture()).toEqual(before);
  });
});

describe.concurrent('a node that has exited and that no one starts', () => {
  // The new side was stopped by hand just before the cut-over: the look around waited half an hour for it to stream.
  test.each(['postgres-2', 'pgbouncer-1', 'haproxy-2', 'postgres-1'])(
    '%s is started again before the hand-over, which then goes ahead',
    async (node) => {
      const shop = await newDatabase();
      const { faults, platform } = shop.world;
      faults.losePatience('preflightCutOver', 6);
      const held = faults.hold(({ name, context }) => name === 'preflightCutOver' && context?.attempt === 1);
      const operation = await shop.start('expand', { target: 'ha', pooling: {} });
      await held.reached;
      await platform.stopContainer(await containerOf(shop, node), 0);
      held.release();

      expect(await shop.end(operation)).toMatchObject({ status: 'done', error: null });
      expect(await shop.write('order 1', 'pooled')).toBe('postgres-2');
    },
  );

  test.each([
    ['waitUntilRouting', 'postgres-2'],
    ['waitUntilRouting', 'haproxy-1'],
    ['verifyRoutes', 'front'],
  ])('during %s %s is started again', async (during, node) => {
    const shop = await newDatabase();
    const document = await expandWith(shop, {
      during,
      wish: { target: 'replicas', replicas: { count: 2 } },
      fault: async ({ world }) => world.platform.stopContainer(await containerOf(shop, node), 0),
    });
    expect(document).toMatchObject({ status: 'done', error: null });
  });
});

describe.concurrent('a pooler that rejects a login which the server accepts', () => {
  const toPooling = { during: 'verifyPooler', wish: { target: 'pooling' } } as const;
  const spoilUserlist = (shop: Shop) =>
    spoil(shop, 'pgbouncer-1', 'userlist.txt', (list) => list.replace(/^"pgbouncer" ".*"$/m, '"pgbouncer" "wrong"'));
  /** Whatever pgrow gives this role for a password is not what the server then takes. */
  const keepOut = ({ world }: Shop, role: string) => {
    const { passwords } = world.servers.named('postgres-1')!.data;
    passwords.set(role, 'changed');
    const { set } = passwords;
    passwords.set = (name, password) => (name === role ? passwords : set.call(passwords, name, password));
  };
  const stops = (shop: Shop) => timesCalled(shop, 'stopContainer', 'pgbouncer-1');

  test('is given its files again and reloaded', async () => {
    const shop = await newDatabase();
    const said = listen(shop);
    const document = await expandWith(shop, { ...toPooling, fault: spoilUserlist });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(said).toContainEqual(
      expect.stringMatching(/^pgbouncer-1:5432 refuses pgrow_probe: .*user "pgbouncer"; rewriting its files/),
    );
    expect(await stops(shop)).toBe(0);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-1');
  });

  test('is restarted when a reload does not help and no one can be connected yet', async () => {
    const shop = await newDatabase();
    const document = await expandWith(shop, {
      ...toPooling,
      fault: async () => {
        await spoilUserlist(shop);
        shop.world.poolers.ignoreReloads('pgbouncer-1');
      },
    });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(await stops(shop)).toBe(1);
    expect(await shop.write('order 1', 'pooled')).toBe('postgres-1');
  });

  test('is never restarted when it was there before', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    await settle(shop);
    await spoilUserlist(shop);
    shop.world.poolers.ignoreReloads('pgbouncer-1');
    shop.world.faults.losePatience('verifyPooler', patience);
    const document = await shop.run('setPooling', { pooling: { default_pool_size: 7 } });

    expect(document).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });
    expect(document.error?.message).toContain('its files were rewritten and reloaded');
    expect(await stops(shop)).toBe(0);
  });

  test('because an administrator has changed the password of its look-up role, gets that role back', async () => {
    const shop = await newDatabase();
    const document = await expandWith(shop, {
      ...toPooling,
      fault: ({ world }) => void world.servers.named('postgres-1')!.data.passwords.set(roles.pooler, 'rotated'),
    });

    expect(document).toMatchObject({ status: 'done', error: null });
    expect(await stops(shop)).toBe(0);
  });

  test('and cannot be made to: rolled back, with user, node, port and the server’s own words', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const document = await expandWith(shop, {
      ...toPooling,
      fault: (it) => keepOut(it, roles.pooler),
    });

    expect(document).toMatchObject({
      status: 'rolled_back',
      error: { code: 'not_ready', step: 'log in and query through pgbouncer-1', left_over: [] },
    });
    const { message } = document.error!;
    expect(message).toMatch(
      /^pgbouncer-1:5432 refuses pgrow_probe: .*password authentication failed for user "pgbouncer"/,
    );
    expect(message).toContain('its files were rewritten and reloaded, then restarted');
    expect(message).toContain('postgres-1:5432 behind it accepts the same login');
    expect(await shop.picture()).toEqual(before);
  });

  test('is left alone when the server behind it refuses as well', async () => {
    const shop = await newDatabase();
    const document = await expandWith(shop, {
      ...toPooling,
      fault: (it) => keepOut(it, roles.probe),
    });

    expect(document).toMatchObject({ status: 'rolled_back' });
    expect(document.error?.message).toMatch(
      /^Waited 1.2 s for a query through pgbouncer-1:5432; .*behind it postgres-1:5432 refuses pgrow_probe: /,
    );
    expect(await stops(shop)).toBe(0);
  });
});

// After a hand-over a pooler was seen to continue with connections to a server that took writes no more, and another with
// read-only ones to the new primary: it keeps them for as long as the server takes them, and no one's waiting ends that.
describe('a pooler with connections to a server that has another role now', () => {
  test.each([
    ['pooled', ports.pooled, 'postgres-2'],
    ['pooled read-only', ports.pooledReadOnly, 'postgres-1'],
  ])('is told to replace its %s ones', async (_, port, node) => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'replicas', replicas: { count: 1 }, pooling: {} });
    const { faults, poolers } = shop.world;
    faults.losePatience('verifyRoutes', patience);
    poolers.stick('pgbouncer-1', port, node);

    const more = await shop.run('setReplicas', { count: 2 });

    expect(more).toMatchObject({ status: 'done' });
  });

  // The monitor does that when it sees another leader. One that was being restarted at that moment saw none: an
  // application's reads went to the primary for an hour, while probes were answered by replicas.
  test('replaces those of applications after a switchover, whatever probes see', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'replicas', replicas: { count: 2 }, pooling: {} });
    const { poolers } = shop.world;
    poolers.stickClients('pgbouncer-1', ports.pooledReadOnly, 'postgres-2');

    expect(await shop.run('switchover', { target_node: 'postgres-2' })).toMatchObject({ status: 'done' });

    expect(poolers.clientsStickTo('pgbouncer-1', ports.pooledReadOnly)).toBeNull();
  });
});
