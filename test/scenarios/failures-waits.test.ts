import { describe, expect, test, vi } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase } from '../support/expectations.ts';
import { askRouter, containerOf, cutOff, holdNode, inside, pauseWhenever, untilStepSays } from '../support/faults.ts';
import { expectAsBefore, expectServed, lookAround } from '../support/surroundings.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/**
 * Faults that pgrow meets while it waits and mends by itself; and the same faults where it cannot, and says why. Each has a
 * database of its own, and all wait at the same time.
 */

vi.setConfig({ maxConcurrency: 6 });
const plane = useControlPlane();

describe.concurrent('a router that does not see a server which answers', () => {
  const step = 'wait until HAProxy sees';

  // Both used to be looked for at the wrong place until the whole operation was given up.
  test('has a wrong address for it: reconfigured, and the expansion is done', async () => {
    const shop = await plane.create('astray');
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('replicas');
      const release = await holdNode(shop, 'postgres-2');
      for (const change of ['addr 127.0.0.1', 'check-port 1'])
        await askRouter(shop, 'haproxy-1', `set server replicas/postgres-2 ${change}`);
      expect(await askRouter(shop, 'haproxy-1', 'show servers state')).toContain(' postgres-2 127.0.0.1 ');
      await release();

      await untilStepSays(shop, started, step, /haproxy-1: reads do not reach postgres-2/);
      expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 2, error: null });
    });
    const { NetworkSettings } = await (await containerOf(shop, 'postgres-2')).inspect();
    const [network] = Object.values(NetworkSettings.Networks);
    const state = await askRouter(shop, 'haproxy-1', 'show servers state');
    expect(state).toMatch(new RegExp(` replicas \\d+ postgres-2 ${network!.IPAddress.replaceAll('.', '\\.')} `));
    expect(await shop.query('select pg_is_in_recovery() as replica', 'read_only')).toEqual([{ replica: true }]);
    await expectServed(shop, 'postgres-1');
  });

  test('cannot reach its machine: rolled back, naming node, port, router and what the checks say', async () => {
    const shop = await plane.create('severed');
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('replicas');
      const release = await holdNode(shop, 'postgres-2');
      await cutOff(shop, 'haproxy-1', 'postgres-2');
      await release();

      const operation = await shop.endOf(started);
      expect(operation).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', left_over: [] } });
      expect(operation.error?.step).toContain(step);
      const { message } = operation.error!;
      expect(message).toContain('haproxy-1: reads do not reach postgres-2, its servers were rewritten 3 times');
      expect(message).toMatch(/the check of postgres-2:8008\/replica by haproxy-1 says "L4/);
      expect(message).toContain('the same from the worker is answered 200');
    });
    await expectAsBefore(shop, before);
  });
});

describe.concurrent('a pooler that rejects a login which the server accepts', () => {
  const step = 'log in and query through pgbouncer-1';

  /** Where PgBouncer looks logins up: without it none gets in. */
  const takeLookUp = (shop: ManagedDatabase) =>
    queryPostgres(shop, 'alter function pgrow.user_lookup(text) rename to taken_away');
  const giveLookUp = (shop: ManagedDatabase) =>
    queryPostgres(shop, 'alter function pgrow.taken_away(text) rename to user_lookup');
  const queryPostgres = (shop: ManagedDatabase, sql: string) =>
    shop.runOn('postgres-1', ['psql', '-AtX', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'postgres', '-c', sql]);

  test('has lost its own password: given its files again, and the expansion is done', async () => {
    const shop = await plane.create('forgot');
    await withWorkload(shop, {}, async () => {
      // A role of pgrow's own that someone has shut out is let in again.
      await shop.queryNode('postgres-1', 'alter role pgbouncer nologin');
      // Holds the operation until the file is spoilt.
      await takeLookUp(shop);
      const started = await shop.startExpand('pooling');
      await untilStepSays(shop, started, step, /pgbouncer-1:5432 refuses/);
      const spoil = `sed -i 's/^"pgbouncer" .*/"pgbouncer" "wrong"/' /etc/pgrow/userlist.txt && pgrow-reload`;
      await inside(shop, 'pgbouncer-1', 'sh', '-c', spoil);
      await giveLookUp(shop);

      await untilStepSays(shop, started, step, /password authentication failed/);
      expect(await shop.endOf(started)).toMatchObject({ status: 'done', to_stage: 1, error: null });
    });
    expect(await inside(shop, 'pgbouncer-1', 'cat', '/etc/pgrow/userlist.txt')).not.toContain('"wrong"');
    await expectDatabase(shop).toTakeWritesThrough('pooled');
    await expectServed(shop, 'postgres-1');
  });

  test('cannot look logins up: rolled back, naming node, port, role and what was tried', async () => {
    const shop = await plane.create('banned');
    await takeLookUp(shop);
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('pooling');
      const operation = await shop.endOf(started);
      expect(operation).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', step, left_over: [] } });
      const { message } = operation.error!;
      expect(message).toContain('pgbouncer-1:5432 refuses pgrow_probe');
      expect(message).toContain('its files were rewritten and reloaded, then restarted');
      expect(message).toContain('postgres-1:5432 behind it accepts the same login');
    });
    await expectAsBefore(shop, before);
  });
});

/** Given up and put back, while clients write on undisturbed. */
describe.concurrent('a gate that never turns green', () => {
  test('etcd forms no quorum: three attempts from nothing, then all is as before', async () => {
    const shop = await plane.create('quorum');
    await shop.expand('pooling');
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('ha');
      const paused = await pauseWhenever(shop, ['etcd-2', 'etcd-3'], started);
      expect(paused).toEqual({ 'etcd-2': 3, 'etcd-3': 3 });

      const operation = await shop.operation(started.id);
      expect(operation).toMatchObject({
        status: 'rolled_back',
        error: { code: 'not_ready', step: 'wait until etcd has a quorum', left_over: [] },
      });
      const { message } = operation.error!;
      for (const part of ['etcd-1', 'etcd-2:2379', 'etcd-3:2379', 'log']) expect(message).toContain(part);
      expect(message).toMatch(
        /peers as etcd-1 sees them: etcd-2:2380 does not answer\b.*, etcd-3:2380 does not answer/,
      );
    });
    await expectAsBefore(shop, before);
  });

  test('HAProxy never answers: rolled back by itself within the checkpoint timeout', async () => {
    const shop = await plane.create('router');
    const before = await lookAround(shop);
    await withWorkload(shop, {}, async () => {
      const started = await shop.startExpand('replicas', '--checkpoint-timeout', '60s');
      expect(await pauseWhenever(shop, ['haproxy-1'], started)).toEqual({ 'haproxy-1': 1 });

      const operation = await shop.operation(started.id);
      expect(operation).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', left_over: [] } });
      expect(operation.error?.step).toMatch(/haproxy/i);
      // It may have been frozen before or after its first answer.
      expect(operation.error?.message).toMatch(/Waited 60 s for (haproxy-1 to answer|haproxy-1 to see)/);
      expect(operation.error?.message).toContain('9999');
      expect(operation.steps.filter(({ status }) => status === 'running')).toEqual([]);
    });
    await expectAsBefore(shop, before);
  });
});
