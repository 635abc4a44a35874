import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cutOff as pullCable } from '../../chaos/nodes.ts';
import type { LiveNode } from '../../src/domain/live-state.ts';
import { memberConfigOf } from '../../src/domain/member-config.ts';
import { nodesOf } from '../../src/domain/topology.ts';
import { openInside } from '../support/activities.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { writeOnBothSides } from '../support/both-sides.ts';
import { cutOffNode, freezeNode, killMonitor } from '../support/faults.ts';
import { askHealthPort } from '../support/health-port.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** The leader is gone without notice. Only pgrow's monitor records a failover: Patroni, after its ttl, tells no one. */

const plane = useControlPlane();
let shop: ManagedDatabase;

const leaderOf = async (database: ManagedDatabase) =>
  (await database.nodes('postgres')).find(({ role }) => role === 'primary')!;

const failovers = async () => {
  const { events } = await shop.read<{ events: { event_type: string; metadata: Record<string, unknown> }[] }>('events');
  return events.filter(({ event_type }) => event_type === 'failover').map(({ metadata }) => metadata);
};

const expectSucceeded = async (dead: { readonly name: string }) => {
  const failover = await retryUntil(`the failover from ${dead.name}`, async () => {
    const [latest] = await failovers();
    expect(latest).toMatchObject({ previous_leader: dead.name });
    return latest!;
  });
  await expectDatabase(shop).toHavePrimary(String(failover['new_leader']));
  // It comes back by itself, as a replica of its successor.
  await expectDatabase(shop).toBeHealthy();
  await expectDatabase(shop).toHoldItsData();
  await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
};

describe('in synchronous mode, through PgBouncer', () => {
  test('a single instance grows to it and waits for the signal; then no transaction through PgBouncer fails', async () => {
    shop = await plane.create('crash', '--postgres-major', '15');
    await keepData(shop);
    const direct = await shop.endpoint('postgres');
    const pooled = { ...direct, port: (await shop.ports()).pooled };

    await withWorkload(shop, { through: 'postgres', mayFail: 'one reset per client', clients: 2 }, async () => {
      const options = ['--sync-mode', 'sync_one', '--failover-time', '10', '--maximum-lag-on-failover', '10485760'];
      await shop.startExpand('ha', '--with-pooling', '--cutover', 'on_signal', ...options);
      await shop.untilOperation('a cut-over that waits', ({ steps }) =>
        steps.some(({ detail }) => detail === `ready to cut over: ./pgrow cutover ${shop.name}`),
      );
      await expectDatabase(shop).toHavePrimary('postgres-1');

      await withWorkload(shop, { through: pooled }, async () => {
        expect(await plane.json('cutover', shop.name)).toMatchObject({
          operation: { status: 'done', from_stage: 0, to_stage: 3 },
        });
      });
    });

    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
    await expectDatabase(shop).toHavePrimary('postgres-2');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();

    const patroni = await readPatroniConfiguration(shop, 'postgres-2');
    expect(patroni).toMatchObject({ ttl: 20, maximum_lag_on_failover: 10_485_760, synchronous_mode: true });
    expect(await shop.queryNode('postgres-2', 'show synchronous_standby_names')).not.toBe('');
  });

  test('planned, writes move to the standby that confirms; the other one is refused', async () => {
    const leader = await leaderOf(shop);
    const standbys = (state: string) =>
      shop.queryNode(
        leader.name,
        `select application_name from pg_stat_replication where sync_state = '${state}' and application_name <> 'postgres-1'`,
      );
    const [confirming, other] = await Promise.all([standbys('sync'), standbys('async')]);

    const { exitCode, stderr } = await plane.run('switchover', shop.name, other);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`${other} is not a synchronous standby`);
    await withWorkload(shop, {}, async () => {
      expect(await shop.change('switchover')).toMatchObject({ status: 'done' });
    });
    await expectDatabase(shop).toHavePrimary(confirming);
    await expectDatabase(shop).toBeHealthy();
  });

  test('the container exits: only what was under way fails, and nothing acknowledged is lost', async () => {
    const dead = await leaderOf(shop);
    const report = await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await plane.platform.signalContainer(dead.container, 'SIGKILL');
      await retryUntil('a new leader', async () => expect((await leaderOf(shop)).name).not.toBe(dead.name));
      await workload.nextAcknowledgement();
    });
    // Each of the four clients had one transaction under way; when it comes back it waits. It was refused until PgBouncer was
    // paused, 150 ms after the death, and again while the first login to the new leader was under way. What is left of it
    // is the moment between the end of the client's connection and of the monitor's: 9 were refused at a load of 20.
    const { reset, refused, timeout, sql } = report.failed_by;
    expect([reset <= 4, refused <= 16, timeout, sql], JSON.stringify(report.errors)).toEqual([true, true, 0, 0]);
    await expectSucceeded(dead);
  });

  // To fail over on the first sign would be a mere suspicion: its container runs, and Patroni starts the server again.
  test('the server crashes in a container that lives: clients wait, and no one else is elected', async () => {
    const leader = await leaderOf(shop);
    const before = await failovers();
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      // A backend's end by SIGKILL makes the postmaster end all others and recover.
      await plane.platform.exec(leader.container, ['pkill', '-KILL', '-f', '^postgres: .*checkpointer']);
      await workload.nextAcknowledgement();
    });
    await expectDatabase(shop).toHavePrimary(leader.name);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    expect(await failovers()).toEqual(before);
  });

  test('the container is frozen: it is fenced, then the same', async () => {
    const dead = await leaderOf(shop);
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await freezeNode(dead.container);
      await retryUntil('a new leader', async () => expect((await leaderOf(shop)).name).not.toBe(dead.name));
      await workload.nextAcknowledgement();
    });
    await expectSucceeded(dead);
  });
});

describe('cut off while applications write on both sides of the partition', () => {
  const cutOff = async (cut: (leader: LiveNode) => Promise<() => Promise<void>>): Promise<LiveNode> => {
    const dead = await leaderOf(shop);
    // Without one Patroni lets commits be acknowledged by the leader alone.
    await retryUntil('a standby that confirms', async () =>
      expect(
        await shop.queryNode(dead.name, "select count(*) from pg_stat_replication where sync_state = 'sync'"),
      ).toBe('1'),
    );
    const sides = await writeOnBothSides(shop, dead.name);
    try {
      const heal = await sides.cut(() => cut(dead));
      await sides.succeeded();
      await heal();
      await sides.expectOneSideAtATime();
    } finally {
      sides.stop();
    }
    return dead;
  };

  // Whatever it may have acknowledged since would be lost: while another leads it must not take a write.
  test('the leader is fenced before another is elected', async () => {
    const dead = await cutOff(async ({ container }) => {
      await cutOffNode(container);
      return async () => undefined;
    });
    expect((await leaderOf(shop)).name).not.toBe(dead.name);
    await expectSucceeded(dead);
  });

  test('without the monitor it steps down by itself, before another is elected', async () => {
    await killMonitor(plane);
    const before = await failovers();
    const dead = await cutOff(async ({ container }) => (await pullCable(container)).heal);
    const { name } = await leaderOf(shop);
    expect(name).not.toBe(dead.name);
    await plane.up();
    await expectDatabase(shop).toHavePrimary(name);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await failovers()).toEqual(before);
  });
});

// Patroni elects no one, and a switchover needs the leader: `patronictl failover` by hand was the only way.
test('Patroni is paused, the monitor is down, the leader hangs: on order the chosen standby leads', async () => {
  const dead = await leaderOf(shop);
  const confirming = await shop.queryNode(
    dead.name,
    "select application_name from pg_stat_replication where sync_state = 'sync'",
  );
  await killMonitor(plane);
  try {
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await pausePatroni(shop, dead.name);
      await freezeNode(dead.container);

      const asked = await plane.run('failover', shop.name, confirming);
      expect(asked.exitCode).not.toBe(0);
      expect(asked.stderr).toContain(
        `Nothing acknowledged is lost: every commit on ${dead.name} waited for ${confirming}.`,
      );
      expect(await shop.change('failover', confirming, '--yes')).toMatchObject({ type: 'failover', status: 'done' });
      await workload.nextAcknowledgement();
    });
  } finally {
    await plane.up();
  }
  await expectSucceeded(dead);
});

test('a replica that exits comes back, and no one notices', async () => {
  const replica = (await shop.nodes('postgres')).find(({ role }) => role === 'replica')!;
  const leader = await leaderOf(shop);
  const before = (await failovers()).length;
  await withWorkload(shop, {}, async (workload) => {
    await plane.platform.signalContainer(replica.container, 'SIGKILL');
    await retryUntil('the replica streaming again', async () => {
      const state = await plane.platform.inspectContainer(replica.container);
      expect(state).toMatchObject({ running: true });
    });
    await workload.nextAcknowledgement();
  });
  await expectDatabase(shop).toHavePrimary(leader.name);
  await expectDatabase(shop).toBeHealthy();
  expect(await failovers()).toHaveLength(before);
});

// No plan could change a member of Patroni or etcd, so settings, certificates and passwords would have had to stay for life.
test('every member takes its files again, one after the other, and no client notices', async () => {
  const inside = await openInside(plane);
  try {
    const { id } = await shop.read<{ id: string }>('status');
    const operations = await inside.store.listOperations(id);
    const grown = operations.find(({ type, to_stage }) => type === 'expand' && to_stage === 3)!;
    const { steps } = (await inside.store.readPlan(grown.id))!;
    const etcd = steps.flatMap(({ run }) =>
      run.action === 'ensureNode' && run.input.node.kind === 'etcd' ? [run.input] : [],
    );
    const { topology } = (await inside.store.readDatabase(id))!;
    const config = memberConfigOf(topology);
    const members = [...etcd, ...nodesOf(topology, 'postgres').map((node) => ({ node, config }))];
    expect(members).toHaveLength(6);
    await withWorkload(shop, {}, async (workload) => {
      for (const member of members) {
        await inside.act('configureNode', id, member);
        await workload.nextAcknowledgement();
      }
    });
    await expectDatabase(shop).toBeHealthy();
  } finally {
    await inside.close();
  }
});

/** As with `patronictl pause`. */
const pausePatroni = (database: ManagedDatabase, node: string) =>
  askHealthPort(database, node, '/config', { pause: true });

const patroniConfiguration = z.object({
  ttl: z.number(),
  maximum_lag_on_failover: z.number(),
  synchronous_mode: z.union([z.boolean(), z.string()]),
});

const readPatroniConfiguration = async (database: ManagedDatabase, node: string) =>
  patroniConfiguration.parse(await askHealthPort(database, node, '/config'));
