import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { untilStepSays } from '../support/faults.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, lookAround } from '../support/surroundings.ts';
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

  test('to replicas: another node takes over and nobody notices', async () => {
    shop = await plane.create('down');
    // Among it a time zone, which what is kept then shows its times in.
    await fillWithEverything(shop);
    await keepData(shop);
    everything = await contentOf(shop);
    await shop.expand('ha', '--with-pooling');
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
    const before = await leader(shop);
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
    expect(await contentOf(shop, await leader(shop))).toEqual(everything);
  });

  test('called off while it waits for its cut-over: all is as before, and nobody notices', async () => {
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
    const shop = await plane.create('out');
    await keepData(shop);
    await shop.expand('pooling');
    await shop.expand('replicas');
    await withWorkload(shop, { through: 'pooled' }, async (workload) => {
      await shop.expand('ha');
      await workload.nextAcknowledgement();
      expect(await shop.change('rollback')).toMatchObject({ type: 'rollback', status: 'done', to_stage: 2 });
    });
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
    expect(await shop.change('scale-down', '--to', 'pooling', '--yes')).toMatchObject({ status: 'done', to_stage: 1 });
    await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled');
  });
});
