import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { readLiveState } from '../../src/nodes/read-live-state.ts';
import { watchHealth } from '../../src/activities/watch-health.ts';
import { roles } from '../../src/domain/naming.ts';
import { begin } from '../support/fake-world/every-step.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { rollbacks } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** "Cannot log in", "does not answer" and "is down" are three things, and only the last is a reason to act. */

const newShop = useControlPlane();

/** At ha behind a pooler, from replicas, the window open. */
const atHa = () => begin({ story: rollbacks.ha, newShop });

const containerOf = async (shop: Shop, node: string): Promise<string> =>
  (await shop.picture()).containers.find((name) => name.endsWith(node))!;
const stop = async (shop: Shop, ...nodes: readonly string[]): Promise<void> => {
  for (const node of nodes) await shop.world.platform.stopContainer(await containerOf(shop, node), 0);
};
const live = async (shop: Shop) => readLiveState(shop.world.dependencies, (await shop.database())!);
const stateOf = async (shop: Shop, node: string) => (await live(shop)).nodes.find(({ name }) => name === node);

const members = ['postgres-3', 'postgres-4', 'postgres-5'];
/** As when someone writes a pg_hba.conf of his own. */
const keepOut = ({ world }: Shop): void => world.connections.keepOut(roles.own, members);

const looksUntilGivenUp = 8;

/** What the watch of the window finds without its usual patience; null when it has found nothing in several looks. */
const watched = async (shop: Shop): Promise<string | null> => {
  const environment = new MockActivityEnvironment();
  const { dependencies } = shop.world;
  let looks = 0;
  const store = {
    ...dependencies.store,
    readDatabase: async (id: string) => {
      // Each look reads it twice.
      looks += 1;
      if (looks === 2 * looksUntilGivenUp) environment.cancel();
      return dependencies.store.readDatabase(id);
    },
  };
  const pace = { lookEveryMs: 1, probeLimitMs: 1000, patience: { ms: 0, looks: 3 } };
  try {
    return await environment.run(async () => (await watchHealth({ ...dependencies, store }, shop.id, pace)).reason);
  } catch (error) {
    if (error instanceof CancelledFailure) return null;
    throw error;
  }
};

describe.concurrent('what pgrow cannot see', () => {
  // After 15 s status said that all was down, after 48 s pgrow rolled the cluster back by itself: no write for 180 s.
  test('passwords that were changed: pgrow sees as before, and nothing is done about clients who are served', async () => {
    const shop = await atHa();
    const { machines, servers } = shop.world;
    for (const machine of machines.running())
      for (const role of ['postgres', 'shop', roles.own]) servers.dataOf(machine)?.passwords.set(role, 'rotated');

    expect((await live(shop)).health).toBe('healthy');
    expect(await watched(shop)).toBeNull();
  });

  test('logins that are refused: unknown, and nothing is done about clients who are served', async () => {
    const shop = await atHa();
    keepOut(shop);
    const { health, nodes, notices } = await live(shop);

    expect(health).toBe('unknown');
    expect(nodes.find(({ name }) => name === 'postgres-3')).toMatchObject({
      state: 'access refused',
      detail: 'no pg_hba.conf entry for host "10.0.0.1", user "pgrow" (28000)',
    });
    expect(notices.join('\n')).toMatch(/postgres-3, postgres-4, postgres-5 refuse pgrow's login: no pg_hba.conf entry/);
    expect(notices.join('\n')).toMatch(/Clients are served: a write was acknowledged through front:5432/);
    expect(await watched(shop)).toBeNull();
    expect(await shop.write('order 2', 'pooled')).toBe('postgres-3');
  });

  // It took all members out of Patroni, waited 120 s for what it could not read, and ended as needs_operator.
  test('a rollback asked for then is refused at once, and nothing is touched', async () => {
    const shop = await atHa();
    keepOut(shop);
    const before = await shop.picture();
    const { calls } = shop.world.faults;
    const done = calls.length;

    await expect(shop.run('rollback', {})).rejects.toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/postgres-3.*no pg_hba.conf entry.*Nothing was touched.*pgrow status/),
    });
    expect(calls.slice(done).filter(({ context }) => context !== null)).toEqual([]);
    expect(await shop.picture()).toEqual(before);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).not.toBeNull();
    expect(await shop.write('order 2', 'pooled')).toBe('postgres-3');
  });

  test('an engine that does not answer says nothing of a node', async () => {
    const shop = await atHa();
    const { dependencies } = shop.world;
    const platform = {
      ...dependencies.platform,
      inspectContainer: () => Promise.reject(new Error('Docker does not answer')),
    };
    const { health, nodes } = await readLiveState({ ...dependencies, platform }, (await shop.database())!);
    expect({ health, states: [...new Set(nodes.map(({ state }) => state))] }).toEqual({
      health: 'unknown',
      states: ['unknown'],
    });
  });
});

describe.concurrent('what only looks broken', () => {
  // Front's health check slept 5 s: after 81 s HA and pooler were gone, with 798 writes acknowledged and none failed.
  test('a health check that is too slow: degraded, and nothing is rolled back', async () => {
    const shop = await atHa();
    shop.world.platform.setHealth(await containerOf(shop, 'front'), 'unhealthy');
    const { health, notices } = await live(shop);

    expect(health).toBe('degraded');
    expect(notices).toContain('front is unhealthy: its health check fails or is too slow.');
    expect(await watched(shop)).toBeNull();
  });

  test('a rollback that pgrow begins by itself is refused while a write is acknowledged', async () => {
    const shop = await atHa();
    await expect(shop.run('rollback', { actor: 'pgrow', reason: 'shop seemed to be down' })).rejects.toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/a write was acknowledged through front:5432/),
    });
  });

  // `status` called it streaming while it answered with old data.
  test('a replica that receives and does not replay: degraded, with the setting that is too low', async () => {
    const shop = newShop();
    await shop.run('createDatabase', { name: 'shop' });
    await shop.run('expand', { target: 'replicas' });
    expect((await live(shop)).health).toBe('healthy');
    shop.world.pauseReplay('postgres-2');

    expect(await stateOf(shop, 'postgres-2')).toMatchObject({ role: 'replica', state: 'replay paused' });
    const { health, notices } = await live(shop);
    expect(health).toBe('degraded');
    expect(notices.join()).toContain('its max_connections is 200, postgres-1 has 400');
    expect(notices.join()).toContain('./pgrow reinit shop postgres-2');
  });
});

describe.concurrent('a stage that takes no writes any more', () => {
  test('is down: status says where each member is and why no one is elected', async () => {
    const shop = await atHa();
    await stop(shop, 'etcd-2', 'etcd-3', 'postgres-3');
    const { health, notices } = await live(shop);

    expect(health).toBe('down');
    expect(notices.join('\n')).toMatch(/No server leads shop: postgres-3 stopped; postgres-4 at 0\/\w+ of timeline \d/);
    expect(notices.join('\n')).toMatch(/No leader can be elected: 1 of 3 etcd nodes run/);
    expect(notices.join('\n')).toMatch(/No write was acknowledged through front:5432/);
  });

  test('is found by its writes that fail, and its rollback names them in the operation and in the event', async () => {
    const shop = await atHa();
    await stop(shop, 'etcd-2', 'etcd-3', 'postgres-3');
    const reason = await watched(shop);
    expect(reason).toMatch(
      /shop has taken no writes for \d+ s: in 3 of 3 tries none was acknowledged through front:5432 \(.+haproxy-1:5432/,
    );
    const document = await shop.run('rollback', { actor: 'pgrow', reason: reason! });

    expect(document).toMatchObject({ status: 'done', actor: 'pgrow', reason });
    expect(await shop.world.store.listEvents(shop.id, 50)).toContainEqual(
      expect.objectContaining({ event_type: 'stage_downgrade', metadata: expect.objectContaining({ reason }) }),
    );
  });

  test('is not given up for a moment in which it cannot be reached', async () => {
    const shop = await atHa();
    const front = await containerOf(shop, 'front');
    await shop.world.platform.stopContainer(front, 0);
    // Clients inside the network write through the routers.
    expect(await watched(shop)).toBeNull();
    expect((await live(shop)).health).toBe('down');
  });
});
