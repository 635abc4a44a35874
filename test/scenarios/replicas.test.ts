import { describe, expect, test } from 'vitest';
import { applicationName } from '../../src/domain/database.ts';
import { roles } from '../../src/domain/naming.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { readConnections } from '../support/haproxy-stats.ts';
import { loseNode } from '../support/faults.ts';
import { holdSessions } from '../support/held-sessions.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withReaders, withWorkload } from '../support/workload.ts';

/** Stage 2 with other options than the ladder takes. */

const plane = useControlPlane();

describe('three synchronous replicas, least connections', () => {
  const replicas = ['postgres-2', 'postgres-3', 'postgres-4'];
  let shop: ManagedDatabase;

  test('join without a failed transaction', async () => {
    shop = await plane.create('sync');
    await keepData(shop);
    const options = ['--count', '3', '--replication-mode', 'sync', '--load-balancing', 'least_connections'];
    await withWorkload(shop, {}, async (workload) => {
      expect(await shop.expand('replicas', ...options)).toMatchObject({ status: 'done', from_stage: 0, to_stage: 2 });
      await workload.followBestEndpoint();
    });
    await expectDatabase(shop).toBeAtStage(2);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 4, haproxy: 1, pgbouncer: 0 });
    await expectDatabase(shop).toHavePrimary('postgres-1');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    expect(await shop.read('topology')).toMatchObject({ replicas: { count: 3 } });
  });

  test('every replica may confirm a commit', async () => {
    const names = await shop.queryNode('postgres-1', 'show synchronous_standby_names');
    expect(names).toBe(`ANY 1 ("postgres-2", "postgres-3", "postgres-4")`);
    const states = await shop.queryNode(
      'postgres-1',
      'select application_name, sync_state from pg_stat_replication order by 1',
    );
    expect(states.split('\n')).toEqual(replicas.map((name) => `${name}|quorum`));
  });

  test('a new session goes to the replica with the fewest', async () => {
    const sessions = await holdSessions(shop, 'read_only', 6);
    try {
      expect(sessions.count()).toEqual({ 'postgres-2': 2, 'postgres-3': 2, 'postgres-4': 2 });
      await sessions.endOn('postgres-3');
      await retryUntil('HAProxy to see the sessions end', async () =>
        expect(await readConnections(shop, 'replicas')).toMatchObject({ 'postgres-3': 0 }),
      );
      await sessions.open(2);
      expect(sessions.count()).toEqual({ 'postgres-2': 2, 'postgres-3': 2, 'postgres-4': 2 });
    } finally {
      await sessions.end();
    }
  });

  test('pooling turned on at stage 2 drops no one, and reads stay on the replicas', async () => {
    await withReaders(shop, { through: ['read_only'] }, async () => {
      await withWorkload(shop, { through: 'read_write' }, async (workload) => {
        expect(await shop.expand('pooling')).toMatchObject({ status: 'done', from_stage: 2, to_stage: 2 });
        await workload.followBestEndpoint();
      });
    });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await shop.query('select pg_is_in_recovery() as replica', 'pooled_read_only')).toEqual([{ replica: true }]);
    expect(await shop.read('topology')).toMatchObject({
      stage: 2,
      pooling: { enabled: true },
      routing: { enabled: true },
    });
  });

  test('with all replicas gone a commit waits, reads go to the primary; with one back both are as before', async () => {
    await expectDatabase(shop).toTakeWritesThrough('postgres');
    const nodes = await shop.nodes('postgres');
    const containers = nodes.filter(({ name }) => replicas.includes(name)).map(({ container }) => container);
    const primary = nodes.find(({ name }) => name === 'postgres-1')!.container;
    await Promise.all(containers.map((container) => plane.platform.stopContainer(container, 30)));
    await retryUntil('reads answered by the primary', async () =>
      expect(await shop.query('select pg_is_in_recovery() as replica', 'read_only')).toEqual([{ replica: false }]),
    );

    let acknowledged = false;
    const commit = shop
      .query(`insert into visits (through) values ('synchronous')`, 'read_write')
      .then(() => (acknowledged = true));
    await retryUntil('the commit to wait', async () =>
      expect(await waiting(primary, applicationName(shop.name))).toBe('1'),
    );
    expect(acknowledged).toBe(false);
    const { health, notices } = await shop.status();
    expect({ health, notices: notices.join() }).toEqual({
      health: 'down',
      notices: expect.stringContaining('Commits wait until a replica is back that confirms them'),
    });
    // Each look at the status left a probe of its own waiting, and its connection taken.
    await retryUntil('the probes to give up', async () => expect(await waiting(primary, roles.probe)).toBe('0'));

    await plane.platform.startContainer(containers[0]!);
    await commit;
    await retryUntil('reads answered by the replica', async () =>
      expect(await shop.query('select pg_is_in_recovery() as replica', 'read_only')).toEqual([{ replica: true }]),
    );
    await Promise.all(containers.map((container) => plane.platform.startContainer(container)));
    await expectDatabase(shop).toBeHealthy();
  });

  test('a primary lost with its data: a replica takes over once that is confirmed, and it comes back as one', async () => {
    await loseNode(shop, 'postgres-1');
    const refused = await plane.run('repair', shop.name);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/postgres-\d will lead.*The last position of postgres-1 is not known/s);
    expect(await shop.change('repair', '--yes')).toMatchObject({ status: 'done', from_stage: 2, to_stage: 2 });
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 4, haproxy: 1, pgbouncer: 1 });
    await expectDatabase(shop).toHoldItsData();
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
  });

  test('a destroyed database leaves nothing on the engine', async () => {
    expect(await shop.destroy()).toMatchObject({ type: 'destroy', status: 'done' });
    await expectDatabase(shop).toBeGone();
  });
});

describe('without HAProxy', () => {
  test('the pooler reads from the replica, and the address of stage 0 takes writes', async () => {
    const shop = await plane.create('plain');
    await keepData(shop);
    await withWorkload(shop, {}, async (workload) => {
      const operation = await shop.expand('replicas', '--no-haproxy', '--with-pooling');
      expect(operation).toMatchObject({ status: 'done', nodes_added: ['pgbouncer-1', 'postgres-2'] });
      await workload.followBestEndpoint();
    });
    await expectDatabase(shop).toBeAtStage(2);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 2, pgbouncer: 1, haproxy: 0 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled');
    await expectDatabase(shop).toHoldItsData();
    expect(await shop.query('select pg_is_in_recovery() as replica', 'pooled_read_only')).toEqual([{ replica: true }]);
    expect(await shop.queryFromNetwork('pgbouncer:5433', 'select pg_is_in_recovery()')).toBe('t');
    expect(await shop.connectionStrings()).toMatchObject({
      best: 'pooled',
      host: { read_write: null },
      network: { read_write: null, read_only: expect.stringContaining('@postgres:5443/') },
    });
    expect(await shop.query('select pg_is_in_recovery() as replica', 'read_only')).toEqual([{ replica: true }]);
    expect(await shop.queryFromNetwork('postgres:5443', 'select pg_is_in_recovery()')).toBe('t');
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 33 });
    expect(await shop.read('topology')).toMatchObject({
      routing: { enabled: false, replicas: 0, rw_endpoint: null, ro_endpoint: null, stats_endpoint: null },
      replicas: { count: 1 },
    });
  });
});

/** Commits of a role that wait for a replica, on a server that is asked past pgrow, which would probe again. */
const waiting = async (container: string, role: string): Promise<string> => {
  const sql = `select count(*) from pg_stat_activity where wait_event = 'SyncRep' and usename = '${role}'`;
  return (await plane.platform.exec(container, ['psql', '-AtX', '-U', 'postgres', '-c', sql])).stdout.trim();
};
