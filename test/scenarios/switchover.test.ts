import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPgrowClient } from '../../src/client/client.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { containerOf, freezeNode, killWorkerAt } from '../support/faults.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectServed } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** Writes move to another node while clients write: nothing fails through PgBouncer, whichever way they ask. */

const plane = useControlPlane({ breakpoints: true });

const eventsOf = async (database: ManagedDatabase, type: string) => {
  const { events } = await database.read<{ events: { event_type: string; metadata: Record<string, unknown> }[] }>(
    'events',
  );
  return events.filter(({ event_type }) => event_type === type).map(({ metadata }) => metadata);
};

const leaderOf = async (database: ManagedDatabase): Promise<string> =>
  (await database.nodes('postgres')).find(({ role }) => role === 'primary')!.name;

const replicaOf = async (database: ManagedDatabase): Promise<string> =>
  (await database.nodes('postgres')).find(({ role }) => role === 'replica')!.name;

/** Also of a server whose operation is not over; one that does not answer takes none. */
const takingWrites = async (database: ManagedDatabase): Promise<readonly string[]> => {
  const nodes = await database.nodes('postgres');
  const ask = ({ name }: { name: string }) =>
    database.queryNode(name, 'select pg_is_in_recovery()').catch(() => 'silent');
  const answers = await Promise.all(nodes.map(ask));
  return nodes.filter((_, index) => answers[index] === 'f').map(({ name }) => name);
};

/** It takes writes, the others follow it, and the move is on record. */
const expectMoved = async (database: ManagedDatabase, before: string, after: string): Promise<void> => {
  expect(after).not.toBe(before);
  await expectDatabase(database).toHavePrimary(after);
  await expectDatabase(database).toBeHealthy();
  await expectDatabase(database).toHoldItsData();
  expect(await eventsOf(database, 'switchover')).toContainEqual(
    expect.objectContaining({ previous_leader: before, new_leader: after }),
  );
};

/** At stage 3. */
let moves: ManagedDatabase;
let service_id: string;
/** Takes a while, in which other tests run. No one has chosen a leader before: that would keep it away for longer. */
let failedBack: Promise<string>;

beforeAll(async () => {
  moves = await plane.create('moves');
  await keepData(moves);
  ({ service_id } = await moves.expand('ha', '--with-pooling', '--auto-failback'));
});

test('the leader dies, and another leads', async () => {
  const dead = await leaderOf(moves);
  const { container } = (await moves.nodes('postgres')).find(({ name }) => name === dead)!;
  await plane.platform.signalContainer(container, 'SIGKILL');
  await retryUntil('a new leader', async () => expect(await leaderOf(moves)).not.toBe(dead));
  const successor = await leaderOf(moves);
  failedBack = withWorkload(moves, { clients: 2 }, () => untilMoved(moves, successor, dead)).then(() => dead);
  failedBack.catch(() => undefined);
});

describe('at stage 2', () => {
  let shop: ManagedDatabase;

  test('a single instance has no one to move to', async () => {
    shop = await plane.create('turns');
    const { exitCode, stderr } = await plane.run('switchover', shop.name);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('no replica');
  });

  test('no transaction fails through PgBouncer, and the old primary follows and confirms', async () => {
    await keepData(shop);
    await shop.expand('replicas', '--count', '2', '--replication-mode', 'sync', '--with-pooling');
    await withWorkload(shop, {}, async () => {
      expect(await shop.change('switchover', 'postgres-3')).toMatchObject({ type: 'switchover', status: 'done' });
    });
    await expectMoved(shop, 'postgres-1', 'postgres-3');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    const slots = 'select slot_name from pg_replication_slots order by 1';
    expect((await shop.queryNode('postgres-3', slots)).split('\n')).toEqual(['postgres_1', 'postgres_2']);
    expect(await shop.queryNode('postgres-1', slots)).toBe('');
    const confirming = await shop.queryNode('postgres-3', 'show synchronous_standby_names');
    expect(confirming).toBe('ANY 1 ("postgres-1", "postgres-2")');
  });

  test('a replica that does not confirm commits is refused', async () => {
    const container = await containerOf(shop, 'postgres-2');
    await container.stop();
    const { exitCode, stderr } = await plane.run('switchover', shop.name, 'postgres-2');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('postgres-2 is not a synchronous standby');
    await container.start();
    await expectDatabase(shop).toBeHealthy();
  });

  test('and back, without pooling: each session is reset once', async () => {
    await shop.change('pooling', '--off', '--yes', '--grace', '0');
    await withWorkload(shop, { mayFail: 'one reset per client' }, async () => {
      expect(await shop.change('switchover', 'postgres-1')).toMatchObject({ status: 'done' });
    });
    await expectMoved(shop, 'postgres-3', 'postgres-1');
  });

  // No one elects there, and a switchover needs the primary: there was no way on but by hand.
  test('a primary that hangs is killed on order, and rebuilt as a replica of the one that takes over', async () => {
    const hanging = await containerOf(shop, 'postgres-1');
    await withWorkload(shop, { mayFail: 'anything' }, async (workload) => {
      await freezeNode(hanging.id);
      expect(await shop.change('failover', 'postgres-3', '--yes')).toMatchObject({ type: 'failover', status: 'done' });
      await workload.nextAcknowledgement();
    });
    await expectDatabase(shop).toHavePrimary('postgres-3');
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    expect(await eventsOf(shop, 'failover')).toMatchObject([
      { previous_leader: 'postgres-1', new_leader: 'postgres-3' },
    ]);
  });
});

test('with auto_failback the node that led before leads again, and no transaction fails', async () => {
  const first = await failedBack;
  expect(await leaderOf(moves)).toBe(first);
  await expectDatabase(moves).toBeHealthy();
  await expectDatabase(moves).toHoldItsData();
});

describe('at stage 3', () => {
  test('no transaction fails: 64 clients with prepared statements', async () => {
    const before = await leaderOf(moves);
    const report = await withWorkload(
      moves,
      { statements: 'prepared', clients: 64, maximumTransactionsPerSecond: 400 },
      async () => {
        expect(await moves.change('switchover')).toMatchObject({ type: 'switchover', status: 'done', error: null });
      },
    );
    expect(report.acknowledged).toBeGreaterThan(0);
    await expectMoved(moves, before, await leaderOf(moves));
  });

  test('to a named node, past PgBouncer: each session is reset once; and to the one that leads already', async () => {
    const replica = await replicaOf(moves);
    await withWorkload(moves, { through: 'read_write', mayFail: 'one reset per client' }, async () => {
      expect(await moves.change('switchover', replica)).toMatchObject({ status: 'done' });
    });
    await expectDatabase(moves).toHavePrimary(replica);
    expect(await moves.change('switchover', replica)).toMatchObject({ status: 'done', steps: [] });
  });

  test('by signal-with-start from another service, with simple statements', async () => {
    const before = await leaderOf(moves);
    const target_node = await replicaOf(moves);
    const { temporal_address } = await plane.up();
    const client = createPgrowClient({ address: temporal_address });
    try {
      await withWorkload(moves, { statements: 'simple', clients: 8 }, async () => {
        const about = { database: moves.name, stage: 3 } as const;
        const { run_id } = await client.switchOver({ service_id, target_node, actor: 'billing' }, about);
        expect(await client.result(service_id, run_id)).toMatchObject({ type: 'switchover', status: 'done' });
      });
    } finally {
      await client.close();
    }
    await expectMoved(moves, before, target_node);
  });

  test('a node that is no replica is refused, naming those that are', async () => {
    const { exitCode, stderr } = await plane.run('switchover', moves.name, 'postgres-9');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Writes can move to postgres-\d.*; postgres-9 is not a replica of/);
  });

  test('a long transaction is named; with --wait it is waited for, with --force it is reset', async () => {
    const leader = await leaderOf(moves);
    const client = new pg.Client({ ...(await moves.endpoint()) });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('select pg_sleep(2.5)');

    const refused = await plane.run('switchover', moves.name);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('has a transaction open');
    await expectDatabase(moves).toHavePrimary(leader);

    const waiting = await moves.change('switchover', '--wait', '--detach');
    await moves.untilOperation('a wait for the transaction', ({ steps }) =>
      steps.some(({ detail }) => detail?.includes('has a transaction open') === true),
    );
    await client.query('commit');
    expect(await moves.endOf(waiting)).toMatchObject({ status: 'done' });

    await client.query('begin');
    await client.query('select pg_sleep(2.5)');
    expect(await moves.change('switchover', '--force')).toMatchObject({ status: 'done' });
    await expect(client.query('commit')).rejects.toThrow();
    await client.end().catch(() => undefined);
    await expectDatabase(moves).toBeHealthy();
  });

  // After the promotion routers used to hold new connections until a worker told them otherwise: PgBouncer continued, and
  // led its clients nowhere.
  test('the worker dies before the promotion, the next one after it: each time clients continue by themselves', async () => {
    const before = await leaderOf(moves);
    const target = await replicaOf(moves);
    await withWorkload(moves, {}, async (workload) => {
      const started = moves.change('switchover', target, '--detach');
      try {
        await killWorkerAt(plane, { activity: 'cutOver', at: 'pgbouncer.pause' }, () => started);
        await workload.nextAcknowledgement();
        expect(await takingWrites(moves)).toEqual([before]);

        await killWorkerAt(plane, { activity: 'cutOver', at: 'postgres.promote' }, () => plane.up());
        await workload.nextAcknowledgement();
        expect(await takingWrites(moves)).toEqual([target]);
      } finally {
        await plane.up();
      }
      expect(await moves.endOf(await started)).toMatchObject({ status: 'done', error: null });
    });
    await expectServed(moves, target);
    await expectMoved(moves, before, target);
  });

  // A paused Patroni starts nothing: with every server down the hand-over could be neither finished nor taken back.
  test('the whole machine goes down after the promotion: once it is back the switchover ends as it was meant to', async () => {
    const before = await leaderOf(moves);
    const target = await replicaOf(moves);
    const started = moves.change('switchover', target, '--detach');
    await killWorkerAt(plane, { activity: 'cutOver', at: 'haproxy.moveWrites' }, () => started);
    const servers = await moves.nodes('postgres');
    await Promise.all(servers.map(({ container }) => plane.platform.restartContainer(container, 0)));
    await plane.up();
    expect(await moves.endOf(await started)).toMatchObject({ status: 'done', error: null });
    await expectServed(moves, target);
    await expectMoved(moves, before, target);
  });
});

/** By the first planned move there is. */
const untilMoved = (database: ManagedDatabase, from: string, to: string): Promise<void> =>
  retryUntil(
    `writes to move back to ${to}`,
    async () => {
      const moved = await eventsOf(database, 'switchover');
      expect(moved).toMatchObject([{ previous_leader: from, new_leader: to }]);
      await expectDatabase(database).toBeAtRest();
    },
    failBackPatienceMs,
  );

/** Streaming without lag for a minute comes first. */
const failBackPatienceMs = 300_000;
