import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { applicationName } from '../../src/domain/database.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** From a single instance to high availability in one operation, skipping the stages between. */

const plane = useControlPlane();

describe('without pooling', () => {
  let shop: ManagedDatabase;

  test('each session is reset at most once, and its next connect succeeds', async () => {
    shop = await plane.create('jump');
    await keepData(shop);
    await setTraps(shop);
    const ports = await shop.ports();

    await withWorkload(shop, { mayFail: 'one reset per client' }, async (workload) => {
      const operation = await shop.expand('ha');
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

  test('pooling turned on at stage 3 drops nobody', async () => {
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

  test('a destroyed database leaves nothing on the engine', async () => {
    expect(await shop.destroy()).toMatchObject({ type: 'destroy', status: 'done' });
    await expectDatabase(shop).toBeGone();
  });
});

describe('with pooling, synchronous, and cut over when told to', () => {
  test('waits for the signal; then no transaction through PgBouncer fails', async () => {
    const shop = await plane.create('signal');
    await keepData(shop);
    const direct = await shop.endpoint('postgres');
    const pooled = { ...direct, port: (await shop.ports()).pooled };

    await withWorkload(shop, { through: 'postgres', mayFail: 'one reset per client', clients: 2 }, async () => {
      const options = ['--sync-mode', 'sync_one', '--failover-time', '10', '--maximum-lag-on-failover', '0'];
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
    expect(patroni).toMatchObject({ ttl: 20, maximum_lag_on_failover: 0, synchronous_mode: true });
    const states = await shop.queryNode(
      'postgres-2',
      'select sync_state from pg_stat_replication where sync_state <> $$async$$',
    );
    expect(states).toMatch(/^(sync|quorum)$/);
    expect(await shop.queryNode('postgres-2', 'show synchronous_standby_names')).not.toBe('');
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

const patroniConfiguration = z.object({
  ttl: z.number(),
  maximum_lag_on_failover: z.number(),
  synchronous_mode: z.union([z.boolean(), z.string()]),
});

/** As Patroni itself answers (Patroni REST API, `GET /config`). */
const readPatroniConfiguration = async (database: ManagedDatabase, node: string) => {
  const ask = 'import urllib.request as r; print(r.urlopen("http://127.0.0.1:8008/config").read().decode())';
  return patroniConfiguration.parse(JSON.parse(await database.runOn(node, ['python3', '-c', ask])));
};
