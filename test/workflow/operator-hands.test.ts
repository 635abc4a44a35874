import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { OperationDocument } from '../../src/domain/operation.ts';
import { expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { comparable } from '../support/fake-world/world-snapshot.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** What people do to operations in Temporal Web, and what they are told that comes too early or too late. */

const newShop = useControlPlane();

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  await shop.write('order 1', 'postgres');
  return shop;
};

/** An expansion to ha that is held while this activity runs. */
const heldDuring = async (activity: string) => {
  const shop = await newDatabase();
  const before = await comparable(shop);
  const held = shop.world.faults.hold(({ name }) => name === activity);
  const operation = await shop.start('expand', { target: 'ha', pooling: {} });
  await held.reached;
  return { shop, before, held, operation };
};

const refusal = async (told: Promise<unknown>): Promise<string> => {
  const error: unknown = await told.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return String((error as { cause?: Error } | null)?.cause?.message ?? error);
};
const abort = (operation: WorkflowHandle) => operation.executeUpdate('abort', { args: [{ actor: 'tests' }] });
const cutover = (operation: WorkflowHandle, actor = 'tests') =>
  operation.executeUpdate('cutover', { args: [{ actor }] });

describe.concurrent('Cancel in Temporal Web', () => {
  test.each(['openOperation', 'waitUntilEtcdQuorum', 'takeSnapshot', 'preflightCutOver'])(
    'during %s means abort',
    async (activity) => {
      const { shop, before, held, operation } = await heldDuring(activity);
      await operation.cancel();
      held.release();
      expect(await shop.end(operation)).toMatchObject({ status: 'aborted', error: { left_over: [] } });
      expect(await comparable(shop)).toEqual(before);
      await expectSound(shop, 'postgres-1');
    },
  );

  // It ended as needs_operator one step before its end: status said "down", the doctor told to remove what served.
  test.each(['cutOver', 'followNewPrimary', 'verifyRoutes', 'recordTopology', 'endOperation'])(
    'during %s is held back, and the operation comes to its end',
    async (activity) => {
      const { shop, held, operation } = await heldDuring(activity);
      await operation.cancel();
      held.release();
      expect(await shop.end(operation)).toMatchObject({ status: 'done', to_stage: 3, error: null });
      expect((await shop.checkpoint.describe()).status.name).toBe('RUNNING');
      await expectSound(shop, 'postgres-2');
      await expectAccountedFor(shop);
    },
  );
});

describe.concurrent('Reset in Temporal Web', () => {
  /** To its first workflow task: everything runs again. */
  const reset = async (shop: Shop, operation: WorkflowHandle): Promise<WorkflowHandle> => {
    const { workflow } = shop.temporal;
    const { runId } = await workflow.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: operation.workflowId, runId: (await operation.describe()).runId },
      reason: 'by somebody',
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
    });
    return workflow.getHandle(operation.workflowId, runId);
  };

  test('of an operation that is done does nothing and undoes nothing', async () => {
    const shop = await newDatabase();
    const operation = await shop.start('expand', { target: 'ha', operation_id: randomUUID() });
    await shop.end(operation);
    const left = await comparable(shop);

    expect(await shop.end(await reset(shop, operation))).toMatchObject({ type: 'expand', status: 'done' });
    expect(await comparable(shop)).toEqual(left);
    await expectSound(shop, 'postgres-2');
    expect((await shop.world.store.listOperations(shop.id))[0]).toMatchObject({ type: 'expand', status: 'done' });
  });

  test('of one that runs past its point of no return undoes nothing', async () => {
    const { shop, held, operation } = await heldDuring('followNewPrimary');
    const again = await reset(shop, operation);
    held.release();
    const document = await shop.end(again);

    expect(['done', 'needs_operator']).toContain(document.status);
    await expectSound(shop, 'postgres-2');
    if (document.status === 'done') return;
    expect(document.error?.left_over[0]?.command).toBe('./pgrow expand shop --to ha');
    expect(await shop.run('expand', { target: 'ha', pooling: {} })).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('Terminate in Temporal Web', () => {
  // It had not begun to cut over, but counted as past its point of no return: only the same could be repeated.
  test('while a cut-over is held back is before the point of no return', async () => {
    const shop = await newDatabase();
    const operation = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
    await untilItWaits(shop);
    await operation.terminate('by somebody');

    expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', to_stage: 1 });
    await expectSound(shop, 'postgres-1');
    await expectAccountedFor(shop);
  });

  test('of a window leaves the next operation to close it', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha' });
    await shop.checkpoint.terminate('by somebody');
    expect(await shop.run('switchover', { target_node: 'postgres-3' })).toMatchObject({ status: 'done' });
    expect((await shop.picture()).topology?.kept).toEqual([]);
    await expectAccountedFor(shop);
  });
});

const untilItWaits = (shop: Shop): Promise<OperationDocument> =>
  vi.waitUntil(
    async () => {
      const running = await shop.world.store.readRunningOperation(shop.id);
      return running?.waiting_for ? running : null;
    },
    { timeout: 100_000, interval: 50 },
  );

describe.concurrent('a cut-over that is held back', () => {
  const holdBack = async () => {
    const shop = await newDatabase();
    const operation = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
    return { shop, operation };
  };

  test('says what it waits for, and who let it go ahead', async () => {
    const { shop, operation } = await holdBack();
    const waiting = await untilItWaits(shop);
    expect(waiting.waiting_for).toBe('ready to cut over: ./pgrow cutover shop');
    const deadline = expect.stringMatching(/Z$/) as string;
    expect(waiting).toMatchObject({
      cut_over: { mode: 'on_signal', deadline },
      abortable: { now: true },
      request: { method: 'POST', body: { cutover: 'on_signal' } },
    });
    expect(waiting.steps[waiting.current!]?.waiting_for).toMatchObject({ kind: 'cutover', until: deadline });
    expect(await cutover(operation, 'anna')).toEqual({ takes_effect: 'now' });
    expect(await shop.end(operation)).toMatchObject({ status: 'done', waiting_for: null });
    expect(await shop.world.store.listEvents(shop.id, 99)).toContainEqual(
      expect.objectContaining({ event_type: 'cutover_released', metadata: expect.objectContaining({ actor: 'anna' }) }),
    );
    expect(await refusal(abort(operation))).toMatch(/completed|not found/i);
  });

  // Whoever only wanted a switchover, by signal-with-start, released it; nothing recorded that.
  test('is not released by a switchover that someone else asks for', async () => {
    const { shop, operation } = await holdBack();
    await untilItWaits(shop);
    await operation.signal('switchover', { service_id: shop.id, actor: 'ben' });
    expect(await shop.progress()).toMatchObject({
      waiting_for: 'the signal to cut over',
      waits_for_message: 'cutover',
    });
    await operation.signal('switchover');
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });

  test('that is not ready yet says that it goes ahead as soon as it is', async () => {
    const shop = await newDatabase();
    const held = shop.world.faults.hold(({ name }) => name === 'waitUntilEtcdQuorum');
    const operation = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
    await held.reached;
    expect(await cutover(operation)).toEqual({ takes_effect: 'when_ready' });
    held.release();
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('a message that arrives too late', () => {
  test('is refused with the reason', async () => {
    const { shop, held, operation } = await heldDuring('followNewPrimary');
    expect(await refusal(abort(operation))).toMatch(
      /^Too late to abort: expand of shop is past its point of no return, "hand over from postgres-1 to postgres-2"/,
    );
    expect(await refusal(cutover(operation))).toMatch(/has no cut-over that waits/);
    expect(await refusal(operation.executeUpdate('confirm', { args: [{}] }))).toMatch(/not in a grace period/);
    held.release();
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('an operation that did not begin to act', () => {
  const haWithWindow = async (): Promise<Shop> => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', pooling: {} });
    return shop;
  };
  const rollBack = async (shop: Shop): Promise<OperationDocument> => {
    const operation_id = randomUUID();
    await shop.checkpoint.signal('rollback', { operation_id, actor: 'test' });
    return vi.waitUntil(
      async () => {
        const document = await shop.world.store.readOperation(operation_id);
        return document?.status === 'running' ? null : document;
      },
      { timeout: 100_000, interval: 50 },
    );
  };

  // The window was closed and the old primary removed first: "everything is as it was before" was untrue, and there was
  // no way back.
  test('costs no way back', async () => {
    const shop = await haWithWindow();
    const before = await shop.picture();
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'preflightCutOver' });
    const document = await shop.run('switchover', { target_node: 'postgres-3' });
    expect(document).toMatchObject({ status: 'rolled_back', closes_window: { of: 'expand', step: 2 } });
    expect(document.warnings[0]).toMatch(/^Closes the rollback window of the last expand at step 3, "hand over from/);
    shop.world.faults.clear();

    expect(await shop.picture()).toEqual(before);
    expect((await shop.checkpoint.describe()).status.name).toBe('RUNNING');
    expect(await rollBack(shop)).toMatchObject({ status: 'done', to_stage: 0 });
    await expectSound(shop, 'postgres-1');
  });

  test('costs none when it is aborted either', async () => {
    const shop = await haWithWindow();
    const operation = await shop.start('switchover', { options: { cutover: 'on_signal' } });
    await untilItWaits(shop);
    expect(await abort(operation)).toEqual({ takes_effect: 'now' });
    expect(await shop.end(operation)).toMatchObject({ status: 'aborted' });
    expect(await rollBack(shop)).toMatchObject({ status: 'done' });
  });
});

describe.concurrent('the window of a database', () => {
  // Windows of destroyed databases continued running.
  test('ends when the database is destroyed', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha' });
    await shop.run('destroyDatabase', {});
    await expect(shop.checkpoint.result()).rejects.toThrow();
    expect((await shop.checkpoint.describe()).status.name).toBe('CANCELLED');
  });

  test('closes however often what it removes fails', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha' });
    const { faults } = shop.world;
    const failing = ({ name, context }: { name: string; context: { direction: string } | null }) =>
      name === 'removeNode' && context?.direction === 'close';
    const fifth = faults.hold((call) => failing(call) && call.try === 5);
    faults.add({ when: 'before', at: failing, error: () => new Error('the engine is away') });
    await shop.checkpoint.signal('confirm');
    await fifth.reached;
    faults.clear();
    fifth.release();
    await shop.checkpoint.result();
    expect((await shop.picture()).topology?.kept).toEqual([]);
  });

  // `confirm` was a signal only: the command line printed "confirmed" whatever became of it, also while a rollback was
  // under way, and the window then closed if that rollback was undone.
  test('answers a confirmation, also a repeated one, and refuses it during a rollback', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    const { faults } = shop.world;
    const opening = faults.hold(({ name }) => name === 'openOperation');
    await shop.checkpoint.executeUpdate('rollback', { args: [{ actor: 'tests' }] });
    await opening.reached;
    expect(await refusal(shop.checkpoint.executeUpdate('confirm'))).toMatch(
      /^Cannot close the rollback window of shop: it is being rolled back/,
    );
    opening.release();
    await shop.checkpoint.result();

    await shop.run('expand', { target: 'pooling' });
    const closing = faults.hold(({ name }) => name === 'closeCheckpoint');
    expect(await shop.checkpoint.executeUpdate('confirm')).toEqual({ takes_effect: 'now' });
    await closing.reached;
    expect(await shop.checkpoint.executeUpdate('confirm')).toEqual({ takes_effect: 'now' });
    expect(await refusal(shop.checkpoint.executeUpdate('rollback', { args: [{}] }))).toMatch(/is closing, or closed/);
    closing.release();
    await shop.checkpoint.result();
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
  });

  // A watch that died turned the automatic rollback off without a word.
  test('says that no one watches the stage, and watches it again', async () => {
    const shop = await newDatabase();
    const { faults } = shop.world;
    const second = faults.hold(
      ({ name }) => name === 'watchHealth' && faults.calls.filter((c) => c.name === name).length > 1,
    );
    faults.add({ when: 'before', at: ({ name }) => name === 'watchHealth' });
    await shop.run('expand', { target: 'pooling' });
    // `expect.poll` belongs to one test, and cannot tell which while others run beside it.
    await vi.waitFor(
      async () =>
        expect(await shop.checkpoint.query('checkpoint')).toMatchObject({
          open: true,
          not_watched: 'broken on purpose',
        }),
      { timeout: 10_000 },
    );
    await second.reached;
    expect(await shop.checkpoint.query('checkpoint')).toMatchObject({ not_watched: null });
    second.release();
  });
});
