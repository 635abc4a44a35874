import { expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, expectServed, lookAround } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

const plane = useControlPlane();

test('base backups of snapshot and replica are cut half-way: both begin again from nothing and succeed', async () => {
  const shop = await plane.create('shop');
  await keepData(shop);
  await shop.query(
    'create table ballast as select md5(number::text) || repeat(md5(number::text), 30) from generate_series(1, 150000) number',
  );
  const size = Number(await shop.queryNode('postgres-1', 'select pg_database_size(current_database())'));
  expect(size).toBeGreaterThan(100 * 1024 * 1024);

  await withWorkload(shop, {}, async () => {
    const interrupted = interruptBaseBackups(shop, 2);
    const operation = await shop.expand('replicas');
    expect(operation).toMatchObject({ status: 'done', error: null });
    const cut = await interrupted;
    expect(cut).toHaveLength(2);
    for (const { streamed } of cut) expect(streamed).toBeLessThan(size);
  });

  const { slots, resources } = await lookAround(shop);
  expect(slots).toEqual(['postgres_2 true']);
  expect(resources.volumes.filter((name) => name.includes('snap-'))).toHaveLength(1);
  expect(resources.containers.filter((name) => name.includes('snap-'))).toEqual([]);
  await expectDatabase(shop).toHoldItsData();
  await expectServed(shop, 'postgres-1');
});

test('no base backup ever succeeds: rolled back, telling disk, WAL that is kept, and network', async () => {
  const shop = await plane.create('barred');
  const before = await lookAround(shop);
  await shop.queryNode('postgres-1', 'alter role replicator nologin');
  await withWorkload(shop, {}, async () => {
    const operation = await shop.endOf(await shop.startExpand('replicas'));
    expect(operation).toMatchObject({ status: 'rolled_back', error: { code: 'node_failed', left_over: [] } });
    const { message } = operation.error!;
    expect(message).toContain('role "replicator" is not permitted to log in');
    expect(message).toMatch(/Disk: \d+ MB free where Docker keeps its volumes, a copy of postgres-1 takes \d+ MB/);
    expect(message).toMatch(/WAL kept on postgres-1: (none|slot postgres_2 \d+ MB \(reserved, not in use\))/);
    expect(message).toContain('Network: postgres-1:5432 answers the worker; ');
  });
  await expectAsBefore(shop, before);
});

/** Ends the first base backup of each of so many clients, once some of it is copied. Runs inside the primary: it is quick. */
const interruptBaseBackups = async (database: ManagedDatabase, clients: number): Promise<{ streamed: number }[]> => {
  await database.queryNode('postgres-1', 'create table interrupted (client inet primary key, streamed bigint)');
  await database.queryNode(
    'postgres-1',
    `do $$
     declare victim record;
     begin
       while (select count(*) from interrupted) < ${clients} loop
         perform pg_stat_clear_snapshot();
         for victim in
           select pid, client_addr, backup_streamed
             from pg_stat_progress_basebackup join pg_stat_activity using (pid)
            where backup_streamed > 1000000 and client_addr not in (select client from interrupted)
         loop
           perform pg_terminate_backend(victim.pid);
           insert into interrupted values (victim.client_addr, victim.backup_streamed);
         end loop;
         commit;
         perform pg_sleep(0.002);
       end loop;
     end $$`,
  );
  const rows = await database.queryNode('postgres-1', 'select streamed from interrupted');
  await database.queryNode('postgres-1', 'drop table interrupted');
  return rows.split('\n').map((streamed) => ({ streamed: Number(streamed) }));
};
