import { describe, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { planAhead } from '../../src/api/plan-ahead.ts';
import type { OperationInput, OperationWorkflow } from '../../src/domain/inputs.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { planOnRecord } from '../../src/domain/recorded-plan.ts';
import { nodeReaders } from '../../src/nodes/node-readers.ts';
import { acknowledged, expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { comparable } from '../support/fake-world/world-snapshot.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

/** Someone ends the workflow of an expansion in Temporal Web, in the middle of this activity. */
const terminateDuring = async (activity: string) => {
  const shop = newShop();
  await create(shop);
  await shop.write(acknowledged, 'postgres');
  const before = await comparable(shop);
  const held = shop.world.faults.hold(({ name }) => name === activity);
  const operation = await shop.start('expand', { target: 'ha', pooling: {} });
  await held.reached;
  await operation.terminate('by somebody');
  held.release();
  return { shop, before };
};

/** As a dry run shows it. */
const shown = <W extends OperationWorkflow>(
  shop: Shop,
  workflow: W,
  wish: Partial<OperationInput<W>>,
): Promise<Plan> => {
  const { dependencies } = shop.world;
  const input = { service_id: shop.id, ...wish };
  return planAhead({ ...dependencies, nodes: nodeReaders(dependencies) }, { workflow, input, operation: randomUUID() });
};

/** Of the operation that began last. */
const run = async ({ world, id }: Shop): Promise<Plan | null> =>
  world.store.readPlan((await world.store.readLastOperation(id))!.id);

const expectPutBack = async (shop: Shop, before: object): Promise<void> => {
  expect(await comparable(shop)).toEqual(before);
  await expectSound(shop, 'postgres-1');
  await expectAccountedFor(shop);
};

describe.concurrent('an operation whose workflow was terminated before its point of no return', () => {
  // Its checkpoint was open and no one served it: the next operation closed it as one of an operation that was done, and
  // so removed what that would have kept: the primary, with its volume.
  test.each(['waitUntilStreaming', 'preflightCutOver'])(
    'during %s is undone by the next operation, which then runs',
    async (activity) => {
      const { shop } = await terminateDuring(activity);
      const plan = await shown(shop, 'expand', { target: 'pooling' });
      expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', error: null });
      expect(await run(shop)).toEqual(plan);

      await expectSound(shop, 'postgres-1');
      await expectAccountedFor(shop);
      const [, cutOff] = await shop.world.store.listOperations(shop.id);
      expect(cutOff).toMatchObject({ status: 'rolled_back', error: { code: 'aborted', left_over: [] } });
      expect(await shop.labelled(cutOff!.id)).toEqual([]);
    },
  );

  test('is undone on request, and a second request finds nothing', async () => {
    const { shop, before } = await terminateDuring('verifyStandbyCluster');
    expect(await shop.undoAbandoned()).toMatchObject({ status: 'rolled_back', error: { left_over: [] } });

    await expectPutBack(shop, before);
    expect(await shop.world.store.readRunningOperation(shop.id)).toBeNull();
    expect(await shop.undoAbandoned()).toBeNull();
  });
});

describe.concurrent('an operation whose workflow was terminated past its point of no return', () => {
  // What it continued with had a window on record that never began: closing that later would have removed what served.
  test.each(['cutOver', 'followNewPrimary'])(
    'during %s is left as it is and resumed by the same request, with one window',
    async (activity) => {
      const { shop } = await terminateDuring(activity);
      expect(await shop.undoAbandoned()).toBeNull();
      const plan = await shown(shop, 'expand', { target: 'ha', pooling: {} });
      // A dry run showed a plan made from the record, which the worker would never have run.
      await expect(shown(shop, 'expand', { target: 'pooling' })).rejects.toMatchObject({ code: 'refused' });
      expect(await shop.run('expand', { target: 'ha', pooling: {} })).toMatchObject({ status: 'done', error: null });
      expect(await run(shop)).toEqual(plan);
      await expectSound(shop, 'postgres-2');
      const windows = await shop.world.store.listCheckpoints(shop.id);
      expect(windows.filter(({ status }) => status === 'open')).toHaveLength(1);

      expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', error: null });
      expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', error: null });
      await expectSound(shop, 'postgres-1');
      await expectAccountedFor(shop);
    },
  );
});

// After a downgrade. It was walked, or undone, as if its steps were known.
test('an operation whose plan a later version has recorded keeps others out before anything is touched, but for a destroy', async () => {
  const { shop } = await terminateDuring('preflightCutOver');
  const { store } = shop.world;
  const { readPlan } = store;
  store.readPlan = async (id) => planOnRecord({ ...(await readPlan(id)), schema: 2 }, id);
  const asTerminated = await comparable(shop);

  const refused = { code: 'needs_operator', message: expect.stringContaining('it has schema 2') };
  await expect(shown(shop, 'expand', { target: 'pooling' })).rejects.toMatchObject(refused);
  await expect(shop.run('expand', { target: 'ha', pooling: {} })).rejects.toMatchObject({ type: 'needs_operator' });
  expect(await comparable(shop)).toEqual(asTerminated);
  expect(await shop.run('destroyDatabase', {})).toMatchObject({ status: 'done' });
});

// Its window took it for one that had been undone, and at its end removed the old primary, which served by then.
test('the window of a rollback that was terminated ends without removing anything', async () => {
  const shop = newShop();
  await create(shop);
  await shop.write(acknowledged, 'postgres');
  await shop.run('expand', { target: 'ha' });
  const held = shop.world.faults.hold(({ name }) => name === 'recordTopology');
  await shop.checkpoint.signal('rollback');
  await held.reached;
  await shop.operation.terminate('by somebody');
  held.release();
  await shop.checkpoint.result();

  expect((await shop.world.store.listCheckpoints(shop.id))[0]).toMatchObject({ status: 'open' });
  expect(await shop.run('rollback', {})).toMatchObject({ status: 'done', error: null });
  await expectSound(shop, 'postgres-1');
  await expectAccountedFor(shop);
});
