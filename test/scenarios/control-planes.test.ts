import { describe, expect, test } from 'vitest';
import { useControlPlane } from '../support/control-plane.ts';
import { demoDocument } from '../support/documents.ts';
import { expectDatabase, keepData } from '../support/expectations.ts';
import { manageDatabase } from '../support/stack.ts';
import { withWorkload } from '../support/workload.ts';

/** Two control planes on one Docker engine, and one that is stopped and started while it works. */

const here = useControlPlane();
const there = useControlPlane();

describe('the demo', () => {
  test('grows its database to the last stage, and a second run touches nothing', async () => {
    const first = demoDocument.parse(await there.json('demo'));
    expect(first).toMatchObject({ database: 'demo', stage: 3, transactions: { failed: 0, lost: 0 } });
    expect(first.operations.map(({ type, from_stage, to_stage }) => [type, from_stage, to_stage])).toEqual([
      ['expand', 0, 1],
      ['expand', 1, 2],
      ['expand', 2, 3],
    ]);
    expect(first.operations.map(({ transactions_failed }) => transactions_failed)).toEqual([0, 0, 0]);
    const demo = manageDatabase(there, 'demo');
    const containers = (await demo.nodes()).map(({ container }) => container);

    const second = demoDocument.parse(await there.json('demo'));
    expect(second).toMatchObject({ stage: 3, operations: [], transactions: { failed: 0, lost: 0 } });
    expect(second.endpoints).toEqual(first.endpoints);
    expect((await demo.nodes()).map(({ container }) => container)).toEqual(containers);
    await expectDatabase(demo).toBeHealthy();
  });
});

describe('two control planes in parallel', () => {
  test('do not see each other, not even under the same name', async () => {
    const mine = await here.create('shop');
    const foreign = await there.run('status', mine.name);
    expect(foreign).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await there.json('list')).toMatchObject({ databases: [{ name: 'demo' }] });
    expect(await there.run('destroy', mine.name, '--confirm', mine.name)).toMatchObject({ exitCode: 2 });
    expect(await here.json('list')).toMatchObject({ databases: [{ name: mine.name }] });

    const ours = await here.resources();
    const theirs = await there.resources();
    for (const kind of ['containers', 'volumes', 'networks'] as const) {
      expect(ours[kind].filter((name) => theirs[kind].includes(name))).toEqual([]);
    }

    // A second "demo" on the engine comes and goes beside the first.
    await here.json('create', 'demo');
    const twin = manageDatabase(here, 'demo');
    await expectDatabase(twin).toBeAtStage(0);
    await twin.destroy();
    await expectDatabase(manageDatabase(there, 'demo')).toBeAtStage(3);
    await expectDatabase(manageDatabase(there, 'demo')).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await manageDatabase(there, 'demo').destroy();
    await expectDatabase(mine).toTakeWritesThrough('postgres');
    await mine.destroy();
  });
});

describe('a control plane stopped in the middle of an expansion', () => {
  test('continues it once it is up again, while clients write on', async () => {
    const shop = await here.create('pause');
    await keepData(shop);
    await shop.expand('pooling');
    await withWorkload(shop, {}, async (workload) => {
      const started = await shop.startExpand('ha');
      await shop.untilOperation('the leader-to-be under construction', ({ steps }) =>
        steps.some(({ phase, status }) => phase === 'convert' && status === 'running'),
      );
      // As from a new clone beside the old one: it used to say "Stopped" and leave worker, API and monitor running.
      expect(await here.downFromAnotherCheckout()).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^Stopped monitor, api, worker, temporal, metadata\./),
      });
      const silent = await here.run('status', shop.name);
      expect(silent).toMatchObject({ exitCode: 1, stdout: '' });
      expect(silent.stderr).toContain('./pgrow up');
      await workload.nextAcknowledgement();

      await here.up();
      const operation = await shop.endOf(started);
      expect(operation).toMatchObject({ status: 'done', from_stage: 1, to_stage: 3, error: null });
    });
    await expectDatabase(shop).toBeAtStage(3);
    await expectDatabase(shop).toBeHealthy();
    await expectDatabase(shop).toBeAtRest();
    await expectDatabase(shop).toHavePrimary('postgres-2');
    await expectDatabase(shop).toTakeWritesThrough('postgres', 'pooled', 'read_write');
    await expectDatabase(shop).toHoldItsData();
  });
});
