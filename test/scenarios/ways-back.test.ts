import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/workload/endpoint.ts';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { useControlPlane } from '../support/control-plane.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { killWorker, untilStep, untilStepSays } from '../support/faults.ts';
import type { ManagedDatabase } from '../support/stack.ts';
import { expectAsBefore, expectServed, lookAround } from '../support/surroundings.ts';
import { withWorkload } from '../support/workload.ts';

/** Ways back that no one needs while all goes well: by itself, called off half-way, and after a time to think it over. */

const plane = useControlPlane();

const pooledDatabase = async (name: string, ...options: string[]): Promise<ManagedDatabase> => {
  const database = await plane.create(name, ...options);
  await keepData(database);
  await database.expand('pooling');
  return database;
};

describe('ways back', () => {
  let shop: ManagedDatabase;

  beforeAll(async () => {
    shop = await pooledDatabase('shop');
  });

  // The rollback wanted a primary to hand over from. Of a stage that had none it was refused, though the old primary
  // had every write; nothing looked again, and when the window closed the old primary was removed.
  test.concurrent('a stage that takes no writes any more is rolled back by itself, with every write', async () => {
    const ailing = await pooledDatabase('ailing', '--postgres-major', '15');
    await withWorkload(ailing, { through: 'pooled', mayFail: 'anything' }, async (workload) => {
      expect(await ailing.expand('ha')).toMatchObject({ status: 'done', checkpoint: { status: 'open' } });
      await workload.nextAcknowledgement();
      await killNodes(ailing, ['etcd-2', 'etcd-3', 'postgres-2']);

      const { id } = await ailing.untilOperation('a rollback', ({ type }) => type === 'rollback');
      const operation = await ailing.endOf({ id });
      expect(operation).toMatchObject({ status: 'done', from_stage: 3, to_stage: 1, error: null });
      expect(operation.warnings[0]).toMatch(
        /takes no writes: there is no leader among postgres-2, postgres-3, postgres-4/,
      );
      await workload.nextAcknowledgement();
    });

    await expectDatabase(ailing).toBeAtStage(1);
    await expectDatabase(ailing).toHaveOnlyNodes({ front: 1, postgres: 1, pgbouncer: 1 });
    await expectDatabase(ailing).toHoldItsData();
    await expectDatabase(ailing).toHaveNoOpenCheckpoint();
    await expectServed(ailing, 'postgres-1');
    expect(await ailing.queryNode('postgres-1', 'select count(*) from pg_replication_slots')).toBe('0');
    const { events } = await ailing.read<{ events: object[] }>('events');
    expect(events).toContainEqual(
      expect.objectContaining({ event_type: 'stage_downgrade', from_stage: 3, to_stage: 1 }),
    );
    await expectNothingLeftOver(ailing);
  });

  test.concurrent('an expansion to ha is aborted while it is built, and while it waits for its cut-over', async () => {
    const before = await lookAround(shop);
    await withWorkload(shop, { through: 'pooled' }, async (workload) => {
      const early = await shop.startExpand('ha');
      await untilStep(shop, early, 'build postgres-2', ['running', 'done']);
      expect(await abort(shop)).toMatchObject(aborted(early));
      await expectAsBefore(shop, before);
      await workload.nextAcknowledgement();

      const late = await shop.startExpand('ha', '--cutover', 'on_signal');
      await untilStepSays(shop, late, 'hand over', /ready to cut over/);
      expect(await abort(shop)).toMatchObject(aborted(late));
    });
    await expectAsBefore(shop, before);
    await expectNothingLeftOver(shop);
  });

  describe('the grace period before pooling goes', () => {
    const step = 'give applications time';
    const start = async (): Promise<OperationDocument> => {
      const options = ['--to', 'single', '--grace', '10m', '--yes', '--detach'];
      const started = await shop.change('scale-down', ...options);
      await untilStepSays(shop, started, step, /confirm/);
      return started;
    };

    test('is called off: pooling stays and works', async () => {
      const before = await lookAround(shop);
      await withWorkload(shop, { through: 'pooled' }, async (workload) => {
        const started = await start();
        await workload.nextAcknowledgement();
        expect(await abort(shop)).toMatchObject(aborted(started));
      });
      await expectAsBefore(shop, before);
      await expectDatabase(shop).toBeAtStage(1);
    });

    test('outlives a worker, and is cut short: pooling goes, and no one who had moved notices', async () => {
      const pooled = await shop.endpoint('pooled');
      const direct = await shop.endpoint('postgres');
      await withWorkload(shop, { through: pooled }, async (workload) => {
        const started = await start();
        await killWorker(plane);
        await workload.nextAcknowledgement();
        await plane.up();
        expect(await shop.operation(started.id)).toMatchObject({ status: 'running' });
        expect(await untilStep(shop, started, step)).toMatchObject({ status: 'running' });
        await workload.nextAcknowledgement();

        await workload.switchTo(direct);
        const { operation } = await plane.json<{ operation: OperationDocument }>('confirm', shop.name);
        expect(operation).toMatchObject({ id: started.id, status: 'done', from_stage: 1, to_stage: 0, error: null });
      });
      await expectDatabase(shop).toBeAtStage(0);
      await expectDatabase(shop).toHaveOnlyNodes({ front: 1, postgres: 1 });
      await expectDatabase(shop).toHoldItsData();
      expect(await shop.connectionStrings()).toMatchObject({ best: 'postgres', host: { pooled: null } });
      expect(await primaryBehind(pooled)).toBe(true);
      await expectNothingLeftOver(shop);
    });
  });
});

/** As an operator: the command itself waits for the end and says how it was. */
const abort = async (database: ManagedDatabase): Promise<{ exitCode: number; operation: OperationDocument }> => {
  const { exitCode, stdout } = await plane.run('abort', database.name, '--json');
  return { exitCode, ...(JSON.parse(stdout) as { operation: OperationDocument }) };
};

const aborted = ({ id }: Pick<OperationDocument, 'id'>) => ({
  exitCode: 0,
  operation: { id, status: 'aborted', error: { code: 'aborted', left_over: [] } },
});

/** Without a word to anybody, all at once. */
const killNodes = async (database: ManagedDatabase, names: readonly string[]): Promise<void> => {
  const nodes = (await database.nodes()).filter(({ name }) => names.includes(name));
  expect(nodes).toHaveLength(names.length);
  await Promise.all(nodes.map(({ container }) => plane.platform.signalContainer(container, 'SIGKILL')));
};

/** Of this database: the operations of another may be under way. */
const expectNothingLeftOver = async ({ name }: ManagedDatabase): Promise<void> => {
  const { document } = await plane.request<{ findings: { database: string | null }[] }>('GET', '/v1/doctor');
  expect(document.findings.filter(({ database }) => database === name || database === null)).toEqual([]);
};

/** Whether who comes by this address reaches a server that takes writes. */
const primaryBehind = async (endpoint: Endpoint): Promise<boolean> => {
  const client = new pg.Client({ ...endpoint, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ primary: boolean }>('select not pg_is_in_recovery() as primary');
    return rows[0]!.primary;
  } finally {
    await client.end();
  }
};
