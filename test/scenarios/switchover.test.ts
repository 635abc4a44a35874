import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** Writes move to another node while clients write: nothing fails through PgBouncer, whichever way they ask. */

const plane = useControlPlane();

const eventsOf = async (database: ManagedDatabase, type: string) => {
  const { events } = await database.read<{ events: { event_type: string; metadata: Record<string, unknown> }[] }>(
    'events',
  );
  return events.filter(({ event_type }) => event_type === type).map(({ metadata }) => metadata);
};

describe('at stage 3', () => {
  let shop: ManagedDatabase;

  test.each([
    { statements: 'transaction', clients: 1 },
    { statements: 'simple', clients: 8 },
    { statements: 'prepared', clients: 8 },
    { statements: 'prepared', clients: 64 },
  ] as const)('no transaction fails: $clients clients, $statements', async ({ statements, clients }) => {
    if (!shop) {
      shop = await plane.create('moves');
      await keepData(shop);
      await shop.expand('ha', '--with-pooling');
    }
    const [before] = (await shop.nodes('postgres')).filter(({ role }) => role === 'primary');
    const report = await withWorkload(shop, { statements, clients }, async () => {
      expect(await shop.change('switchover')).toMatchObject({ type: 'switchover', status: 'done', error: null });
    });
    expect(report.acknowledged).toBeGreaterThan(0);
    const [after] = (await shop.nodes('postgres')).filter(({ role }) => role === 'primary');
    expect(after?.name).not.toBe(before?.name);
    await expectDatabase(shop).toHavePrimary(after!.name);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    expect(await eventsOf(shop, 'switchover')).toContainEqual(
      expect.objectContaining({ previous_leader: before?.name, new_leader: after?.name }),
    );
  });

  test('to a named node, and to the one that leads already', async () => {
    const [replica] = (await shop.nodes('postgres')).filter(({ role }) => role === 'replica');
    await withWorkload(shop, {}, async () => {
      expect(await shop.change('switchover', replica!.name)).toMatchObject({ status: 'done' });
    });
    await expectDatabase(shop).toHavePrimary(replica!.name);
    expect(await shop.change('switchover', replica!.name)).toMatchObject({ status: 'done', steps: [] });
  });

  test('a node that is no replica is refused, naming those that are', async () => {
    const { exitCode, stderr } = await plane.run('switchover', shop.name, 'postgres-9');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('postgres-9 is no replica');
  });

  test('a long transaction is named; with --wait it is waited for, with --force it is reset', async () => {
    const [leader] = (await shop.nodes('postgres')).filter(({ role }) => role === 'primary');
    const client = new pg.Client({ ...(await shop.endpoint()) });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('select pg_sleep(2.5)');

    const refused = await plane.run('switchover', shop.name);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('has a transaction open');
    await expectDatabase(shop).toHavePrimary(leader!.name);

    const waiting = await shop.change('switchover', '--wait', '--detach');
    await shop.untilOperation('a wait for the transaction', ({ steps }) =>
      steps.some(({ detail }) => detail?.includes('has a transaction open') === true),
    );
    await client.query('commit');
    expect(await shop.endOf(waiting)).toMatchObject({ status: 'done' });

    await client.query('begin');
    await client.query('select pg_sleep(2.5)');
    expect(await shop.change('switchover', '--force')).toMatchObject({ status: 'done' });
    await expect(client.query('commit')).rejects.toThrow();
    await client.end().catch(() => undefined);
    await expectDatabase(shop).toBeHealthy();
  });
});

describe('at stage 2', () => {
  let shop: ManagedDatabase;

  test('no transaction fails through PgBouncer, and the old primary follows', async () => {
    shop = await plane.create('turns');
    await keepData(shop);
    await shop.expand('replicas', '--count', '2', '--with-pooling');
    await withWorkload(shop, {}, async () => {
      expect(await shop.change('switchover', 'postgres-3')).toMatchObject({ type: 'switchover', status: 'done' });
    });
    await expectDatabase(shop).toHavePrimary('postgres-3');
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    const slots = 'select slot_name from pg_replication_slots order by 1';
    expect((await shop.queryNode('postgres-3', slots)).split('\n')).toEqual(['postgres_1', 'postgres_2']);
    expect(await shop.queryNode('postgres-1', slots)).toBe('');
  });

  test('and back, without pooling: each session is reset once', async () => {
    await shop.change('pooling', '--off', '--yes', '--grace', '0');
    await withWorkload(shop, { mayFail: 'one reset per client' }, async () => {
      expect(await shop.change('switchover', 'postgres-1')).toMatchObject({ status: 'done' });
    });
    await expectDatabase(shop).toHavePrimary('postgres-1');
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
  });

  test('a single instance has nobody to move to', async () => {
    await shop.change('scale-down', '--to', 'single', '--yes');
    const { exitCode, stderr } = await plane.run('switchover', shop.name);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('no replica');
  });
});
