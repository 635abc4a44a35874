import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { containerOf } from '../support/faults.ts';
import { forgetImage, makeFromOlderImage } from '../support/older-image.ts';
import { retryUntil } from '../support/retry-until.ts';
import { manageDatabase, type ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** One database gets another size, other settings, an extension and a newer image while clients write, and keeps them. */

const plane = useControlPlane();

let shop: ManagedDatabase;
let older: string;

const mebibytes = (count: number): number => count * 1024 ** 2;
const asMade = { shared_buffers: '256MB', effective_cache_size: '768MB', max_connections: '200' };
const larger = { shared_buffers: '160MB', effective_cache_size: '960MB', max_connections: '250' };
const live = { work_mem: '8MB', random_page_cost: '1.5' };

const serversOf = async (role: 'primary' | 'replica'): Promise<readonly string[]> =>
  (await shop.nodes('postgres')).filter((node) => node.role === role).map(({ name }) => name);
const leaderOf = async (): Promise<string> => (await serversOf('primary'))[0]!;

/** Every server that runs says so, and has nothing to be started again for. */
const expectSettings = async (database: ManagedDatabase, wanted: Readonly<Record<string, string>>): Promise<void> => {
  const names = Object.keys(wanted);
  const sql = `select ${names.map((name) => `current_setting('${name}')`).join()},
                      (select coalesce(string_agg(name, ' '), 'nothing') from pg_settings where pending_restart)`;
  const servers = (await database.nodes('postgres')).filter(({ role }) => role !== null);
  for (const { name } of servers) {
    const shown = (await database.queryNode(name, sql)).split('|');
    const expected = [...Object.values(wanted), 'nothing'];
    expect({ name, names, shown }).toEqual({ name, names, shown: expected });
  }
};

const made = async (node: string) => {
  const { Config, HostConfig, State } = await (await containerOf(shop, node)).inspect();
  const { Memory: memory, CpuQuota = 0, CpuPeriod = 1 } = HostConfig;
  return { image: Config.Image, memory, cpus: CpuQuota / CpuPeriod, started: State.StartedAt };
};

/**
 * Clients through PgBouncer fail and lose nothing; one that is connected past it loses nothing, and is reset by a hand-over. So
 * it is by a restart, and where the router goes that a database without routers has for a hand-over.
 */
const underClients = async (past: EndpointName, resets: number, scenario: () => Promise<void>): Promise<void> => {
  const { failed_by } = await withWorkload(shop, { through: past, clients: 1, mayFail: 'anything' }, async () => {
    await withWorkload(shop, { through: 'pooled' }, scenario);
  });
  const { reset, ...others } = failed_by;
  expect(others).toEqual({ refused: 0, timeout: 0, sql: 0 });
  expect(reset).toBeLessThanOrEqual(resets);
};

const change = async (...args: string[]): Promise<OperationDocument> => {
  const operation = await shop.change('change', ...args);
  expect(operation).toMatchObject({ type: 'change', status: 'done', error: null });
  return operation;
};

beforeAll(async () => {
  shop = await plane.create('shape');
  await keepData(shop);
  older = await makeFromOlderImage(shop, 'postgres-1');
  await expectDatabase(shop).toBeHealthy();
  await shop.expand('pooling');
});

// Nodes of it are gone by then.
afterAll(() => forgetImage(older));

test('what cannot be is refused with every reason, before anything is touched', async () => {
  const wishes = ['--set', 'wal_level=minimal', '--set', 'work_mem=much', '--extension', 'dblink'];
  const { exitCode, stderr } = await plane.run('change', shop.name, ...wishes);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Replicas, pg_rewind and base backups need the value');
  expect(stderr).toContain('work_mem');
  expect(stderr).toContain('dblink is not offered: with it an application reaches other hosts');
});

const another = '--memory 1280MiB --set shared_buffers=160MB --extension vector --image newest'.split(' ');

test('memory, a setting, an extension and the image: one hand-over to a server beside, and back', async () => {
  await underClients('postgres', 2, async () => {
    const { nodes_added, checkpoint } = await change(...another);
    expect({ nodes_added, checkpoint }).toMatchObject({ nodes_added: ['postgres-2'], checkpoint: { status: 'open' } });
  });
  await expectDatabase(shop).toHavePrimary('postgres-2');
  expect(await shop.query(`select '[3,4]'::vector <-> '[0,0]' as distance`)).toEqual([{ distance: 5 }]);
  expect(await made('postgres-1')).toMatchObject({ image: older, memory: mebibytes(1024) });
  await underClients('postgres', 3, async () => {
    expect(await shop.change('rollback')).toMatchObject({ status: 'done', error: null });
  });
  await expectDatabase(shop).toHavePrimary('postgres-1');
  await expectDatabase(shop).toHoldItsData();
  await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
  await expectSettings(shop, asMade);
  expect(await shop.queryNode('postgres-1', `select 1 from pg_extension where extname = 'vector'`)).toBe('');
});

test('again, and confirmed: the old server goes', async () => {
  await underClients('postgres', 2, async () => {
    await change(...another);
    await plane.json('confirm', shop.name);
  });
  await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
  await expectSettings(shop, larger);
  const { image, memory } = await made(await leaderOf());
  expect(image).not.toBe(older);
  expect(memory).toBe(mebibytes(1280));
  await expectDatabase(shop).toHoldItsData();
  await expectDatabase(shop).toBeHealthy();
});

test('what takes no restart takes effect at once, and what ALTER SYSTEM has set is taken over', async () => {
  const leader = await leaderOf();
  const before = await made(leader);
  await shop.queryNode(leader, 'alter system set random_page_cost = 1.5');
  await withWorkload(shop, { through: 'postgres' }, async () => {
    expect(await change('--set', 'work_mem=8MB', '--cpus', '0.75')).toMatchObject({ expected_stall_ms: 0 });
  });
  await expectSettings(shop, { ...larger, ...live });
  expect(await made(leader)).toEqual({ ...before, cpus: 0.75 });
  const ofAlterSystem = `select count(*) from pg_file_settings where sourcefile like '%auto.conf'`;
  expect(await shop.queryNode(leader, ofAlterSystem)).toBe('0');
  await plane.json('confirm', shop.name);
  await expectDatabase(shop).toHaveNoOpenCheckpoint();
});

test('servers that come later are made like it', async () => {
  await shop.expand('ha');
  await plane.json('confirm', shop.name);
  await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
  await expectSettings(shop, { ...larger, ...live });
  for (const { name } of await shop.nodes('postgres'))
    expect(await made(name)).toMatchObject({ memory: mebibytes(1280), cpus: 0.75 });
});

test('more connections: replicas first, then one of them takes over; the old leader when the window closes', async () => {
  const before = await leaderOf();
  await underClients('read_write', 1, async () => {
    await change('--set', 'max_connections=300');
  });
  expect(await leaderOf()).not.toBe(before);
  await plane.json('confirm', shop.name);
  await expectDatabase(shop).toHaveNoOpenCheckpoint();
  await expectDatabase(shop).toBeHealthy();
  await expectSettings(shop, { ...larger, ...live, max_connections: '300' });
});

test('fewer connections: the leader first, while its clients wait; a replica of an older image gets the newest', async () => {
  const [replica = ''] = await serversOf('replica');
  await makeFromOlderImage(shop, replica);
  await expectDatabase(shop).toBeHealthy();
  await underClients('read_write', 1, async () => {
    await change('--set', 'max_connections=220', '--image', 'newest');
    await plane.json('confirm', shop.name);
  });
  await expectDatabase(shop).toHaveNoOpenCheckpoint();
  await expectDatabase(shop).toBeHealthy();
  await expectSettings(shop, { ...larger, ...live, max_connections: '220' });
  expect((await made(replica)).image).not.toBe(older);
});

test('all of it survives a switchover and a failover', async () => {
  await shop.change('switchover');
  const leader = await leaderOf();
  await (await containerOf(shop, leader)).kill();
  await retryUntil('another leader', async () => expect([leader, undefined]).not.toContain(await leaderOf()));
  await expectDatabase(shop).toBeHealthy();
  await expectDatabase(shop).toHoldItsData();
  await expectSettings(shop, { ...larger, ...live, max_connections: '220' });
  expect(await shop.query(`select '[3,4]'::vector <-> '[0,0]' as distance`)).toEqual([{ distance: 5 }]);
});

test('and a restore, which is made like its source is now', async () => {
  const { snapshots } = await shop.read<{ snapshots: Snapshot[] }>('snapshots');
  const copy = manageDatabase(plane, `copy-${shop.name}`);
  const { exitCode, stderr } = await plane.run('restore', shop.name, '--snapshot', snapshots[0]!.id, '--as', copy.name);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  await expectSettings(copy, { ...larger, ...live, max_connections: '220' });
  expect(await copy.query(`select '[3,4]'::vector <-> '[0,0]' as distance`)).toEqual([{ distance: 5 }]);
});

test('nothing is left of it', async () => {
  const { databases } = await plane.json<{ databases: { name: string }[] }>('list');
  expect(databases).toHaveLength(2);
  for (const { name } of databases) {
    await manageDatabase(plane, name).destroy();
    await expectDatabase(manageDatabase(plane, name)).toBeGone();
  }
});
