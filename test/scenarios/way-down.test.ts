import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { holdNode, loseNode, untilStepSays } from '../support/faults.ts';
import { askHealthPort } from '../support/health-port.ts';
import { retryUntil } from '../support/retry-until.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, lookAround } from '../support/surroundings.ts';
import { settingsOf } from '../support/server-settings.ts';
import { contentOf, fillWithEverything, type WholeContent } from '../support/whole-content.ts';
import { withWorkload } from '../support/workload.ts';

/** Every way up has a way back, from any leader, without losing a write. */

const plane = useControlPlane();

const leader = async (shop: ManagedDatabase): Promise<string> => {
  const nodes = await shop.nodes('postgres');
  return nodes.find(({ role }) => role === 'primary')!.name;
};

describe('down from high availability and back', () => {
  let shop: ManagedDatabase;
  /** Roles, settings, sequences, large objects, extensions and all rows, before anything was done to it. */
  let everything: WholeContent;
  /** Of its server. */
  let settings: Readonly<Record<string, string>>;
  /** At ha, before anything was removed. */
  let first: Readonly<Record<string, string>>;

  test('to replicas: another node takes over and no one notices', async () => {
    shop = await plane.create('down', '--postgres-major', '18');
    // Among it a time zone, which what is kept then shows its times in.
    await fillWithEverything(shop);
    await keepData(shop);
    everything = await contentOf(shop);
    settings = await settingsOf(shop, 'postgres-1');
    await shop.expand('ha', '--with-pooling');
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
    const before = await leader(shop);
    first = await expectDatabase(shop).toHaveTheAddressesOnRecord();
    const ports = await shop.ports();

    await withWorkload(shop, { through: 'pooled' }, async () => {
      const operation = await shop.change('scale-down', '--to', 'replicas', '--yes');
      expect(operation).toMatchObject({ type: 'scale_down', status: 'done', from_stage: 3, to_stage: 2, error: null });
    });

    const primary = await leader(shop);
    expect(primary).not.toBe(before);
    for (const { name } of await shop.nodes('postgres')) {
      const slots = await shop.queryNode(name, 'select count(*) from pg_replication_slots');
      expect([name, slots]).toEqual([name, name === primary ? '1' : '0']);
    }
    await expectDatabase(shop).toBeAtStage(2);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 2, pgbouncer: 1, haproxy: 1 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    expect(await contentOf(shop, primary)).toEqual(everything);
    for (const { name } of await shop.nodes('postgres')) expect(await settingsOf(shop, name)).toEqual(settings);
    expect(await shop.ports()).toEqual(ports);
  });

  test('a rollback of it brings high availability again, with every write made since', async () => {
    await withWorkload(shop, { through: 'pooled' }, async () => {
      expect(await shop.change('rollback')).toMatchObject({ type: 'rollback', status: 'done', to_stage: 3 });
    });
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHoldItsData();
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 3, pgbouncer: 1, haproxy: 3, etcd: 3 });
    const again = await expectDatabase(shop).toHaveTheAddressesOnRecord();
    expect(again).toMatchObject({ front: first['front'], 'pgbouncer-1': first['pgbouncer-1'] });
    for (const made of ['etcd-1', 'etcd-2', 'etcd-3', 'haproxy-2', 'haproxy-3'])
      expect(Object.values(first)).not.toContain(again[made]);
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
  });

  test('stopped, it uses nothing and stays down; started, it serves at once with everything', async () => {
    const led = await leader(shop);
    const ports = await shop.ports();
    const addresses = await expectDatabase(shop).toHaveTheAddressesOnRecord();
    expect(await shop.change('stop', '--yes')).toMatchObject({ type: 'stop', status: 'done', error: null });
    const { health, nodes } = await shop.status();
    expect(health).toBe('stopped');
    expect(nodes.filter(({ state }) => state !== 'stopped')).toEqual([]);
    expect(await plane.json('doctor')).toEqual({ findings: [] });
    const refused = await plane.run('switchover', shop.name);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`./pgrow start ${shop.name}`);

    expect(await shop.change('start')).toMatchObject({ type: 'start', status: 'done', error: null });
    await expectDatabase(shop).toBeHealthy();
    expect(await leader(shop)).toBe(led);
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    expect(await contentOf(shop, led)).toEqual(everything);
    expect(await shop.ports()).toEqual(ports);
    expect(await expectDatabase(shop).toHaveTheAddressesOnRecord()).toMatchObject(addresses);
  });

  test('a router, an etcd member with its data, the front: what someone removed is named, and rebuilt', async () => {
    const ports = await shop.ports();
    for (const node of ['haproxy-2', 'etcd-1', 'front']) await loseNode(shop, node);
    const examined = await plane.run('doctor', '--json');
    const { findings } = JSON.parse(examined.stdout) as { findings: Finding[] };
    expect(examined.exitCode).toBe(1);
    expect(findings.map(({ kind, command }) => `${kind}: ${command}`).toSorted()).toEqual(
      ['etcd-1', 'front', 'haproxy-2'].map((name) => `missing_node: ./pgrow repair ${shop.name} ${name}`),
    );
    const refused = await plane.run('pooling', shop.name, '--default-pool-size', '30');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`./pgrow repair ${shop.name}`);

    expect(await shop.change('repair')).toMatchObject({ type: 'repair', status: 'done', to_stage: 3, error: null });
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    expect(await shop.ports()).toEqual(ports);
    expect(await plane.json('doctor')).toEqual({ findings: [] });
    const { steps } = await shop.change('repair');
    expect(steps).toEqual([]);
  });

  test('a leader lost with its data, no replica near enough: the furthest leads once that is confirmed', async () => {
    const lost = await leader(shop);
    const replicas = (await shop.nodes('postgres')).filter(({ name }) => name !== lost);
    const thaw = await Promise.all(replicas.map(({ name }) => holdNode(shop, name)));
    // More than sockets hold and than Patroni lets a new leader lack; no row changes.
    for (let written = 0; written < 3; written += 1) {
      await shop.queryNode(lost, `select pg_logical_emit_message(true, 'lost', repeat('x', 16000000))`);
    }
    // Until the cluster has it on record, it would elect one of them by itself.
    await retryUntil(
      'the cluster to note how far its replicas are behind',
      async () => {
        const { members } = (await askHealthPort(shop, lost, '/cluster')) as { members: { lag?: number | string }[] };
        expect(members.filter(({ lag }) => Number(lag) > 16_000_000)).toHaveLength(replicas.length);
      },
      60_000,
    );
    await loseNode(shop, lost);
    for (const release of thaw) await release();

    const refused = await plane.run('repair', shop.name, '--json');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/postgres-\d will lead: it is the most advanced of those that answer/);
    expect(refused.stderr).toMatch(new RegExp(`${lost} was at [0-9A-F]+/[0-9A-F]+ when last seen`));
    expect(await shop.change('repair', '--yes')).toMatchObject({ status: 'done', error: null });
    await expectDatabase(shop).toBeHealthy();
    expect(await leader(shop)).not.toBe(lost);
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
  });

  test('called off while it waits for its cut-over: all is as before, and no one notices', async () => {
    const before = await lookAround(shop);
    let successor = '';
    await withWorkload(shop, { through: 'pooled' }, async (workload) => {
      const options = ['--to', 'pooling', '--cutover', 'on_signal', '--yes', '--detach'];
      const started = await shop.change('scale-down', ...options);
      await untilStepSays(shop, started, 'hand over', /ready to cut over/);
      await workload.nextAcknowledgement();
      const { exitCode, stdout } = await plane.run('abort', shop.name, '--json');
      const { operation } = JSON.parse(stdout);
      expect({ exitCode, operation }).toMatchObject({
        exitCode: 0,
        operation: { id: started.id, status: 'aborted', error: { code: 'aborted', left_over: [] } },
      });
      successor = /to (postgres-\d+)$/.exec(operation.point_of_no_return)![1]!;
    });
    await expectAsBefore(shop, before, { restarted: [successor] });
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toHoldItsData();
    expect(await plane.json('doctor')).toEqual({ findings: [] });
  });

  test('all the way down in one operation', async () => {
    // Sessions that bypass the pooler are reset twice: at the hand-over, and with the HAProxy they came through.
    await withWorkload(shop, { through: 'postgres', mayFail: 'anything' }, async () => {
      const operation = await shop.change('scale-down', '--to', 'single', '--grace', '0', '--yes');
      expect(operation).toMatchObject({ status: 'done', from_stage: 3, to_stage: 0, error: null });
    });
    await expectDatabase(shop).toBeAtStage(0);
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1 });
    await expectDatabase(shop).toHoldItsData();
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
    expect(await shop.queryNode(await leader(shop), 'select count(*) from pg_replication_slots')).toBe('0');
  });
});

describe('back out of an expansion', () => {
  test('the old primary, which has followed, takes over again with every write made since', async () => {
    const shop = await plane.create('out', '--locale', 'de_DE.UTF-8');
    await keepData(shop);
    const settings = await settingsOf(shop, 'postgres-1');
    expect(settings).toMatchObject({ default_text_search_config: 'pg_catalog.german', lc_time: 'de_DE.UTF-8' });
    expect(
      await shop.query(`select string_agg(w, ' ' order by w) as words from (values ('z'), ('Ä'), ('b')) v (w)`),
    ).toEqual([{ words: 'Ä b z' }]);
    // As a dump of another server has it.
    await shop.queryNode('postgres-1', `create database imported template template0 locale 'en_US.utf8'`);
    await shop.expand('pooling');
    await shop.expand('replicas');
    // At stage 3 texts were searched in English and times shown as Etc/UTC, before and after it neither.
    expect(await settingsOf(shop, 'postgres-1')).toEqual(settings);
    expect(await settingsOf(shop, 'postgres-2')).toEqual(settings);
    const set = (node: string, name: string, value: string) =>
      shop.queryNode(node, `alter system set ${name} = '${value}'`);
    // A slot of logical replication needs the one, more clients the other: both take a restart, which no one has made yet.
    await set('postgres-1', 'wal_level', 'logical');
    await set('postgres-1', 'max_connections', '250');
    await set('postgres-1', 'work_mem', '6MB');
    await shop.queryNode('postgres-1', 'select pg_reload_conf()');
    const changed = { ...settings, wal_level: 'logical', max_connections: '250', work_mem: '6144' };
    await withWorkload(shop, { through: 'pooled' }, async (workload) => {
      await shop.expand('ha');
      await workload.nextAcknowledgement();
      for (const { name } of await shop.nodes('postgres')) expect(await settingsOf(shop, name)).toEqual(changed);
      const leads = await leader(shop);
      await set(leads, 'lock_timeout', '66s');
      await shop.queryNode(leads, 'alter system reset work_mem');
      expect(await shop.change('rollback')).toMatchObject({ type: 'rollback', status: 'done', to_stage: 2 });
    });
    const last = { ...changed, work_mem: settings['work_mem'], lock_timeout: '66000' };
    expect(await settingsOf(shop, 'postgres-1')).toEqual(last);
    await expectDatabase(shop).toBeAtStage(2);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toHavePrimary('postgres-1');
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 2, pgbouncer: 1, haproxy: 1 });
    await expectDatabase(shop).toHoldItsData();

    expect(await shop.change('replicas', '3')).toMatchObject({ status: 'done' });
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 4, pgbouncer: 1, haproxy: 1 });
    expect(await shop.change('reinit', 'postgres-2')).toMatchObject({ type: 'reinitialize', status: 'done' });
    await expectDatabase(shop).toBeHealthy();
    expect(await shop.change('replicas', '1')).toMatchObject({ status: 'done' });
    expect(await shop.change('switchover')).toMatchObject({ type: 'switchover', status: 'done' });
    expect(await settingsOf(shop, await leader(shop))).toEqual(last);
    expect(await shop.change('scale-down', '--to', 'pooling', '--yes')).toMatchObject({ status: 'done', to_stage: 1 });
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled');
  });
});
