import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { PgrowError } from '../../src/domain/errors.ts';
import { verificationWorkflowId } from '../../src/domain/naming.ts';
import type { Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** How often something is tried again, and what Temporal Web shows of it meanwhile. */

const newShop = useControlPlane();

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop();
  await create(shop);
  return shop;
};

/** Calls of this method of the metadata fail with these errors, one after the other, then no more. */
const failStore = (shop: Shop, method: string, errors: (Error | null)[]): void => {
  const { store } = shop.world;
  const original: unknown = Reflect.get(store, method);
  Object.assign(store, {
    async [method](...args: unknown[]) {
      const error = errors.shift();
      if (error) throw error;
      return Reflect.apply(original as () => unknown, store, args);
    },
  });
};
const times = (count: number, error: () => Error): Error[] => Array.from({ length: count }, error);
const metadataAway = () => new PgrowError('metadata_unavailable', 'The metadata database does not answer.');
const unforeseen = () => new Error('deadlock detected');

describe.concurrent('what is tried again', () => {
  // Attempts were counted, whatever had ended them: the fifth one of a step was its last for an error that passes, so that a
  // database was undone because the metadata had been away just before.
  test('is tried for as long as its own cause lasts, whatever came before', async () => {
    const shop = await newDatabase();
    failStore(shop, 'stepStarted', [...times(5, metadataAway), unforeseen()]);
    expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({ status: 'done', error: null });
  });

  test('comes to an end when the same continues', async () => {
    const shop = await newDatabase();
    failStore(shop, 'stepStarted', times(1000, unforeseen));
    expect(await shop.run('expand', { target: 'pooling' })).toMatchObject({
      status: 'rolled_back',
      error: { code: 'internal', message: 'deadlock detected', left_over: [] },
    });
  });

  // Five errors within 3 s were enough: the workflow of the window ended as failed, what was kept was gone, and the record
  // said for ever that a rollback was possible.
  test('closing a window never ends before it is on record', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    failStore(shop, 'closeCheckpoint', times(5, unforeseen));
    await shop.checkpoint.signal('confirm');
    await shop.checkpoint.result();
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
  });
});

// A way back of a day meant that an operation which got no further was noticed after a day.
test('a long way back does not make steps wait longer', async () => {
  const shop = await newDatabase();
  const options = { checkpoint_timeout: 86_400, patience: 60 };
  const { id } = await shop.run('expand', { target: 'pooling', options });
  const steps = shop.world.faults.calls.flatMap(({ context }) => (context?.operation === id ? [context] : []));
  expect(new Set(steps.map(({ patience_seconds }) => patience_seconds))).toEqual(new Set([60]));
  const open = await shop.world.store.readOpenCheckpoint(shop.id);
  expect(Date.parse(open!.rollback_available_until) - Date.now()).toBeGreaterThan(80_000_000);
});

/** The details of the heartbeat of the activity of this name, as Temporal Web shows them while it is pending. */
const pendingDetails = async (handle: WorkflowHandle, activity: string): Promise<unknown> => {
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === activity);
  const [payload] = pending?.heartbeatDetails?.payloads ?? [];
  return payload ? defaultPayloadConverter.fromPayload(payload) : null;
};

describe.concurrent('a pending activity shows', () => {
  test('what it waits for, since when, and how many bytes are left', async () => {
    const shop = await newDatabase();
    shop.world.fallBehind('postgres-2', 50_000_000);
    const operation = await shop.start('expand', { target: 'replicas' });
    const details = await vi.waitUntil(
      async () => {
        const shown = (await pendingDetails(operation, 'waitUntilStreaming')) as { remaining_bytes?: number } | null;
        return shown?.remaining_bytes === undefined ? null : shown;
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(details).toEqual({
      waiting_for: 'postgres-2 to stream from postgres-1:5432',
      remaining_bytes: 50_000_000,
      since: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
    });
    shop.world.fallBehind('postgres-2', 0);
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });

  test('what its attempts have met so far', async () => {
    const shop = await newDatabase();
    failStore(shop, 'stepStarted', times(5, metadataAway));
    const operation = await shop.start('expand', { target: 'pooling' });
    const met = await vi.waitUntil(
      async () => ((await pendingDetails(operation, 'ensureNode')) as { met?: object } | null)?.met,
      { timeout: 60_000, interval: 50 },
    );
    expect(met).toMatchObject({ last: { code: 'metadata_unavailable' } });
    expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  });

  test('what the watch of a window looks for', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'pooling' });
    await vi.waitFor(
      async () =>
        expect(await pendingDetails(shop.checkpoint, 'watchHealth')).toMatchObject({
          waiting_for: 'evidence that shop takes no writes',
        }),
      { timeout: 60_000, interval: 50 },
    );
  });
});

test('a snapshot is read through where it takes no place of a step', async () => {
  const shop = await newDatabase();
  await shop.run('expand', { target: 'replicas' });
  const [snapshot] = await shop.world.store.listSnapshots(shop.id);
  const held = shop.world.faults.hold(({ name }) => name === 'verifySnapshot');
  const reading = shop.verify(snapshot!.id);
  await held.reached;
  const handle = shop.temporal.workflow.getHandle(verificationWorkflowId(shop.id, snapshot!.id));
  const { events } = await handle.fetchHistory();
  const queues = events?.flatMap(({ activityTaskScheduledEventAttributes: it }) => (it ? [it.taskQueue?.name] : []));
  held.release();
  await reading;
  expect(queues).toEqual([expect.stringMatching(/-watch$/)]);
});
