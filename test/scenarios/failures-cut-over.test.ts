import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { occupyVolume, untilStep, untilStepSays, volumeOf } from '../support/faults.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, lookAround, type Surroundings } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** Expansions to ha that do not come to their end, one after the other on one database. */

const plane = useControlPlane();

describe('an expansion to ha that is called off', () => {
  let shop: ManagedDatabase;
  let before: Surroundings;

  beforeAll(async () => {
    shop = await plane.create('shop');
    await shop.expand('pooling');
    before = await lookAround(shop);
  });

  // All of it went without a word: the table was emptied, the slot dropped, and replicas died for want of a directory.
  test('what would not survive it is named before anything begins', async () => {
    const sql = (text: string) => shop.queryNode('postgres-1', text);
    await sql('create unlogged table sessions (id int)');
    await sql("select pg_create_physical_replication_slot('barman', true)");
    const asked = await plane.run('expand', shop.name, '--to', 'ha');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toMatch(/Empties 1 unlogged table.*: \w+\.public\.sessions\./);
    expect(asked.stderr).toContain('Slot barman moves to the new primary');
    await sql('drop table sessions');

    await shop.runOn('postgres-1', ['mkdir', '/var/lib/postgresql/ts']);
    await sql("create tablespace ts location '/var/lib/postgresql/ts'");
    const refused = await plane.run('expand', shop.name, '--to', 'replicas');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(/tablespace ts at \/var\/lib\/postgresql\/ts lies outside/);

    await sql('drop tablespace ts');
    await shop.runOn('postgres-1', ['rmdir', '/var/lib/postgresql/ts']);
    await sql("select pg_drop_replication_slot('barman')");
    await expectAsBefore(shop, before);
  });

  test('a transaction that does not end is named before anybody has to wait; abort puts everything back', async () => {
    await withWorkload(shop, {}, async (workload) => {
      const transaction = await openTransaction(shop);
      const started = await shop.startExpand('ha');
      expect(await untilStepSays(shop, started, 'stands in the way', /transaction/)).toMatch(
        /has a transaction open for \d+ s \(pid \d+\)/,
      );
      await workload.nextAcknowledgement();
      const { exitCode, stdout } = await plane.run('abort', shop.name, '--json');
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        operation: { id: started.id, status: 'aborted', error: { code: 'aborted', left_over: [] } },
      });
      const { steps } = await shop.operation(started.id);
      expect(steps.filter(({ status }) => status === 'running')).toEqual([]);
      await transaction.commit();
    });
    await expectAsBefore(shop, before);
  });

  test('a volume that someone else holds is named, with the command that finishes the rollback', async () => {
    const started = await shop.startExpand('ha', '--cutover', 'on_signal');
    await untilStep(shop, started, 'wait until postgres-2 streams', ['running', 'done']);
    const { volume, image } = await volumeOf(shop, 'postgres-2');
    const release = await occupyVolume(volume, image);
    try {
      const { exitCode, stdout, stderr } = await plane.run('abort', shop.name, '--json');
      expect(exitCode).toBe(4);
      expect(stderr).toContain(`docker volume rm ${volume}`);
      const { operation } = JSON.parse(stdout);
      expect(operation).toMatchObject({ id: started.id, status: 'needs_operator' });
      expect(operation.error.left_over).toEqual([
        { what: expect.stringContaining(volume), command: expect.stringContaining(`docker volume rm ${volume}`) },
      ]);
    } finally {
      await release();
    }
    await plane.platform.removeVolume(volume);
    await expectAsBefore(shop, before);
  });
});

interface OpenTransaction {
  /** Fails if its session was cut meanwhile. */
  commit(): Promise<void>;
}

/** Idle in transaction through the pooler, as an application that forgot to commit. */
const openTransaction = async (database: ManagedDatabase): Promise<OpenTransaction> => {
  const client = new pg.Client({ ...(await database.endpoint()), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return {
    commit: async () => {
      await client.query('commit');
      await client.end();
    },
  };
};
