import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { acknowledged, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();
const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.write(acknowledged, 'postgres');
  return shop;
};

// The API planned, and the worker planned again: between the two a node could fall, and the answer was of another plan.
describe.concurrent('who starts an operation', () => {
  test('hears the plan that is run, from the workflow that runs it', async () => {
    const shop = newShop();
    const operation_id = randomUUID();
    const { run, opened } = await shop.open('createDatabase', { name: 'shop', operation_id });

    const plan = (await shop.world.store.readPlan(operation_id))!;
    expect(opened).toEqual({
      operation_id,
      steps: plan.steps.map(({ name }) => name),
      warnings: plan.warnings,
      estimated_duration_minutes: plan.estimated_duration_minutes,
      estimated_monthly_cost: plan.cost_after.monthly_usd,
    });
    expect(await shop.end(shop.temporal.workflow.getHandle(run.workflow_id, run.run_id))).toMatchObject({
      id: operation_id,
      status: 'done',
    });
  });

  test('hears why it is refused, of which nothing is on record, and may ask again under the same id', async () => {
    const shop = await newDatabase();
    const operation_id = randomUUID();
    await expect(shop.open('scaleDown', { target: 'replicas', confirm: true, operation_id })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('Cannot scale shop down'),
    });
    expect(await shop.world.store.readOperation(operation_id)).toBeNull();

    const { opened } = await shop.open('expand', { target: 'pooling', operation_id });
    expect(opened).toMatchObject({ operation_id });
    expect(await shop.end(shop.operation)).toMatchObject({ id: operation_id, status: 'done' });
  });

  test('hears which input does not fit, with the problems', async () => {
    const shop = newShop();
    await expect(shop.open('createDatabase', { name: 'Shop!', operation_id: randomUUID() })).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [{ path: 'name', value: 'Shop!' }],
    });
  });

  test('has to confirm what takes something away', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    const down = { target: 'single', grace_period: 0 } as const;
    await expect(shop.open('scaleDown', { ...down, operation_id: randomUUID() })).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [{ path: 'confirm', value: false, allowed: expect.stringContaining('once this has been read') }],
    });
    expect(
      (await shop.open('scaleDown', { ...down, confirm: true, operation_id: randomUUID() })).opened,
    ).not.toBeNull();
    expect(await shop.end(shop.operation)).toMatchObject({ status: 'done' });
  });

  test('joins the same operation where it runs already, and is kept out by another', async () => {
    const shop = await newDatabase();
    const held = shop.world.faults.hold(({ name }) => name === 'openOperation');
    const operation_id = randomUUID();
    const first = shop.open('expand', { target: 'pooling', operation_id });
    await held.reached;
    const second = shop.open('expand', { target: 'pooling', operation_id });
    await expect(shop.open('expand', { target: 'ha', operation_id: randomUUID() })).rejects.toMatchObject({
      code: 'operation_running',
      message: expect.stringContaining(operation_id),
    });
    held.release();
    expect(await second).toEqual(await first);
    expect(await shop.end(shop.operation)).toMatchObject({ id: operation_id, status: 'done' });
  });
});

describe.concurrent('a rollback asked of its window by update', () => {
  const askFor = (shop: Shop, operation_id: string) =>
    shop.checkpoint.executeUpdate('rollback', { args: [{ operation_id, actor: 'operator' }] });
  const refusalOf = async (asked: Promise<unknown>): Promise<unknown> => {
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
    const { cause } = error as WorkflowUpdateFailedError;
    return cause instanceof ApplicationFailure ? { type: cause.type, message: cause.message } : cause;
  };

  test('is answered at once, and refused while one runs', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    const held = shop.world.faults.hold(({ name }) => name === 'openOperation');
    const operation_id = randomUUID();
    expect(await askFor(shop, operation_id)).toEqual({ takes_effect: 'now' });
    await held.reached;
    expect(await refusalOf(askFor(shop, randomUUID()))).toEqual({
      type: 'refused',
      message: 'Cannot roll shop back: it is being rolled back already. Wait until that has ended.',
    });
    held.release();
    await shop.checkpoint.result();
    expect(await shop.world.store.readOperation(operation_id)).toMatchObject({ type: 'rollback', status: 'done' });
    await expectSound(shop, 'postgres-1');
  });

  // As a signal it was lost: the window closed, and no one heard that there was no rollback.
  test('is refused while the window closes', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    const held = shop.world.faults.hold(({ name }) => name === 'closeCheckpoint');
    await shop.checkpoint.signal('confirm');
    await held.reached;
    expect(await refusalOf(askFor(shop, randomUUID()))).toEqual({
      type: 'refused',
      message: 'Cannot roll shop back: its rollback window is closing, or closed.',
    });
    held.release();
    await shop.checkpoint.result();
    expect(await shop.world.store.readLastOperation(shop.id)).toMatchObject({ type: 'expand', status: 'done' });
  });
});
