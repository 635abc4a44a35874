import { describe, expect, test } from 'vitest';
import { applicationName } from '../../src/domain/database.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** From a single instance to high availability in one operation, skipping the stages between. */

const plane = useControlPlane();

describe('without pooling, all standbys confirming', () => {
  let shop: ManagedDatabase;

  test('each session is reset at most once, and its next connect succeeds', async () => {
    shop = await plane.create('jump', '--memory', '768MiB', '--cpus', '1.5');
    await keepData(shop);
    await setTraps(shop);
    const ports = await shop.ports();

    await withWorkload(shop, { mayFail: 'one reset per client' }, async (workload) => {
      const operation = await shop.expand('ha', '--sync-mode', 'sync_all');
      expect(operation).toMatchObject({ status: 'done', from_stage: 0, to_stage: 3, error: null });
      expect(operation.warnings).toContainEqual(expect.stringContaining('sessions are reset once'));
      await workload.followBestEndpoint();
    });

    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveNodes({ postgres: 3, pgbouncer: 0, haproxy: 3, etcd: 3 });
    await expectDatabase(shop).toHavePrimary('postgres-2');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    expect(await shop.ports()).toEqual(ports);
    expect(await shop.connectionStrings()).toMatchObject({
      best: 'read_write',
      host: { pooled: null, pooled_read_only: null },
    });
  });

  test('every server has the size of the database, and the settings that follow from it', async () => {
    expect(await shop.read('status')).toMatchObject({ size: { memory_bytes: 768 * 1024 ** 2, cpus: 1.5 } });
    for (const { name, kind, container } of await shop.nodes()) {
      if (kind !== 'postgres') continue;
      expect(await plane.platform.describeContainer(container)).toMatchObject({
        memoryBytes: 768 * 1024 ** 2,
        cpus: 1.5,
      });
      expect(await shop.queryNode(name, "select current_setting('shared_buffers')")).toBe('192MB');
      expect(await shop.queryNode(name, "select current_setting('max_connections')")).toBe('150');
    }
    // 1.5 CPUs at $5 and 0.75 GiB at $5 each, three HAProxy and three etcd at $5, and the storage of ha.
    expect(await shop.read('cost')).toMatchObject({ monthly_usd: 3 * 11.25 + 30 + 2 });
  });

  /**
   * The comparison of rows once ran `hashtextextended(t::text, 0)` as superuser in the application's database. 0 is an
   * integer, so the application's own function of that name was the better match, and made its role a superuser.
   */
  test('nothing that the application has defined is run by another role', async () => {
    expect(await shop.query('select is_called from traps.sprung')).toEqual([{ is_called: false }]);
    const [application] = await shop.query<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    );
    expect(application).toEqual({ rolsuper: false });
  });

  test('pooling turned on at stage 3 drops no one', async () => {
    await withWorkload(shop, {}, async (workload) => {
      expect(await shop.expand('pooling', '--pool-mode', 'transaction')).toMatchObject({
        status: 'done',
        from_stage: 3,
        to_stage: 3,
        nodes_added: ['pgbouncer-1'],
      });
      await workload.followBestEndpoint();
    });
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await shop.query('select pg_is_in_recovery() as replica', 'pooled_read_only')).toEqual([{ replica: true }]);
    expect(await shop.connectionStrings()).toMatchObject({ best: 'pooled' });
  });

  test('no transaction fails when writes move to another node, and all others confirm again', async () => {
    await withWorkload(shop, {}, async () => {
      expect(await shop.change('switchover')).toMatchObject({ status: 'done' });
    });
    const leader = (await shop.nodes('postgres')).find(({ role }) => role === 'primary')!.name;
    expect(leader).not.toBe('postgres-2');
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHavePrimary(leader);
    await expectDatabase(shop).toHoldItsData();
    const states = await shop.queryNode(leader, 'select distinct sync_state from pg_stat_replication');
    expect(states).toBe('sync');
  });

  test('a destroyed database leaves nothing on the engine', async () => {
    expect(await shop.destroy()).toMatchObject({ type: 'destroy', status: 'done' });
    await expectDatabase(shop).toBeGone();
  });
});

/**
 * Every name that pgrow's statements use and that an application can define a better match for, or find first. A trap that
 * another role than the application's springs fails there, and counts: a sequence keeps its value when all else is undone.
 * psql is the test's own.
 */
const setTraps = async (database: ManagedDatabase) => {
  const application = applicationName(database.name);
  const trap = (signature: string, returns: string, value: string) =>
    `create function public.${signature} returns ${returns} language plpgsql as $$
       begin
         if session_user <> '${application}' and current_setting('application_name') <> 'psql' then
           perform pg_catalog.nextval('traps.sprung');
           raise exception 'trap ${signature} sprung by %', session_user;
         end if;
         return ${value};
       end $$;`;
  await database.query(`
    create schema traps;
    create sequence traps.sprung;
    grant usage on schema traps to public;
    grant usage on traps.sprung to public;
    ${trap('hashtextextended(a text, b integer)', 'bigint', '0')}
    ${trap('hashtextextended(a text, b text)', 'bigint', '0')}
    create table public.orders as select g as id, g::text as t from generate_series(1, 10) g;
    ${trap('as_text(a public.orders)', 'text', "''")}
    create cast (public.orders as text) with function public.as_text(public.orders);
    ${trap('joined(a bigint, b text)', 'text', 'concat(a, b)')}
    create operator public.|| (leftarg = bigint, rightarg = text, function = public.joined);
    ${trap('same(a name, b text)', 'boolean', 'a::text = b')}
    create operator public.= (leftarg = name, rightarg = text, function = public.same);
    ${trap('visible(a public.orders)', 'boolean', 'true')}
    create policy visible on public.orders using (public.visible(orders));
    alter table public.orders enable row level security, force row level security;
    alter database "${application}" set search_path = public, pg_catalog;
    alter database "${application}" set default_transaction_read_only = off`);
};
