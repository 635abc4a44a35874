import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchQueueOf } from '../../src/domain/naming.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { startControlPlane, type ControlPlane } from '../support/fake-world/control-plane.ts';
import { newShop, type Shop } from '../support/fake-world/operator.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { ensureTimeSkippingServer } from '../support/time-skipping.ts';

/** What takes hours: on a Temporal that skips time while nothing runs. */

const server = await ensureTimeSkippingServer();
if ('missing' in server) console.warn(`Tests of timers are skipped: no time-skipping Temporal, for ${server.missing}.`);

/** A machine that is busy with other tests may take longer to start the server than the SDK waits, which is 5 s. */
const startTimeSkipping = async (path: string): Promise<TestWorkflowEnvironment> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (attempt === startAttempts) throw error;
    }
  }
};
const startAttempts = 6;

/** temporal.api.enums.v1.EventType */
const eventTypes = { activityTaskFailed: 13, timerStarted: 17 };

describe.skipIf('missing' in server)('with time skipped', { timeout: 60_000 }, () => {
  let environment: TestWorkflowEnvironment;
  let plane: ControlPlane;
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-timers-'));

  const bundle = join(folder, 'workflows.js');
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    writeFileSync(bundle, (await bundleWorkflows(new DefaultLogger('ERROR'))).code);
  });
  // Time is one for all workflows of a server: each test has its own.
  beforeEach(async () => {
    if ('missing' in server) return;
    environment = await startTimeSkipping(server.path);
    plane = await startControlPlane({ client: environment.client, connection: environment.nativeConnection, bundle });
  });
  afterEach(async () => {
    await plane.stop();
    await environment.teardown();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const newDatabase = async (): Promise<Shop> => {
    const shop = newShop(plane);
    // Time stands still while an activity runs, and this one runs as long as a window is open.
    shop.world.faults.add({ when: 'before', at: ({ name }) => name === 'watchHealth' });
    await create(shop);
    return shop;
  };
  const oldPrimary = async (shop: Shop) => {
    const { containers, volumes } = await shop.picture();
    return [...containers, ...volumes].filter((name) => name.endsWith('postgres-1'));
  };
  /** Until the watch, which failed at once, waits for its next try: this server takes no cancellation of what has just ended. */
  const untilUnwatched = (shop: Shop) =>
    vi.waitUntil(
      async () => {
        const types = ((await shop.checkpoint.fetchHistory()).events ?? []).map(({ eventType }) => eventType);
        const failed = types.lastIndexOf(eventTypes.activityTaskFailed);
        return failed >= 0 && types.lastIndexOf(eventTypes.timerStarted) > failed;
      },
      { timeout: 20_000, interval: 50 },
    );
  const untilReady = (shop: Shop) =>
    vi.waitUntil(async () => (await shop.progress().catch(() => null))?.waiting_for === 'the signal to cut over', {
      timeout: 60_000,
      interval: 100,
    });
  const onSignal = { target: 'ha', options: { cutover: 'on_signal', cutover_deadline: 7200 } } as const;

  test('a checkpoint closes when its time is over, and what was kept goes', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', options: { checkpoint_timeout: 3600 } });
    expect(await oldPrimary(shop)).toHaveLength(2);
    const before = await environment.currentTimeMs();
    await shop.checkpoint.result();

    expect((await environment.currentTimeMs()) - before).toBeGreaterThan(3_500_000);
    expect(await oldPrimary(shop)).toEqual([]);
    expect((await shop.database())?.topology.kept).toEqual([]);
    expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
  });

  test('confirm closes it before its time', async () => {
    const shop = await newDatabase();
    await shop.run('expand', { target: 'ha', options: { checkpoint_timeout: 86_400 } });
    await untilUnwatched(shop);
    const before = await environment.currentTimeMs();
    await shop.checkpoint.signal('confirm');
    await shop.checkpoint.result();

    expect((await environment.currentTimeMs()) - before).toBeLessThan(3_600_000);
    expect(await oldPrimary(shop)).toEqual([]);
  });

  // Its timer continued: the old primary of a database that was down was removed.
  test('a window whose own rollback was refused stays open until it is confirmed', async () => {
    const closed: string[] = [];
    const reason = 'shop has taken no writes';
    const refuse = async () => Promise.reject(ApplicationFailure.nonRetryable('postgres-2 is gone', 'node_failed'));
    const activities = { openOperation: refuse, closeCheckpoint: async () => void closed.push('checkpoint') };
    const taskQueue = 'refused';
    const shared = { connection: environment.nativeConnection, workflowBundle: { codePath: bundle } };
    const workers = await Promise.all([
      Worker.create({ ...shared, taskQueue, activities }),
      Worker.create({
        ...shared,
        taskQueue: watchQueueOf(taskQueue),
        activities: { watchHealth: async () => ({ reason }) },
      }),
    ]);
    const input = { checkpoint: 'c', database: randomUUID(), timeout_seconds: 3600, on_close: [] };
    const work = Promise.all(workers.map((worker) => worker.run()));
    try {
      const handle = await environment.client.workflow.start('checkpoint', {
        taskQueue,
        workflowId: 'c',
        args: [input],
      });
      await environment.sleep('3 hours');
      expect({ closed, status: (await handle.describe()).status.name }).toEqual({ closed: [], status: 'RUNNING' });
      await handle.signal('confirm');
      await handle.result();
      expect(closed).toEqual(['checkpoint']);
    } finally {
      for (const worker of workers) worker.shutdown();
      await work;
    }
  });

  test('a cut-over on signal is prepared, waits, and starts on its signal', async () => {
    const shop = await newDatabase();
    const handle = await shop.start('expand', onSignal);
    await untilReady(shop);
    expect(shop.world.faults.calls.filter(({ name }) => name === 'cutOver')).toEqual([]);
    expect(await shop.write('order 1', 'postgres')).toBe('postgres-1');
    const running = await shop.world.store.readRunningOperation(shop.id);
    expect(running?.steps.find(({ status }) => status === 'running')?.detail).toContain('./pgrow cutover shop');
    await handle.signal('switchover');
    const document = await shop.end(handle);

    expect(document).toMatchObject({ status: 'done', to_stage: 3 });
    expect(await shop.write('order 2', 'postgres')).toBe('postgres-2');
    expect(await shop.rows('postgres')).toEqual(expect.arrayContaining(['order 1', 'order 2']));
  });

  test('a cut-over that no one signals is rolled back at its deadline', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const document = await shop.run('expand', onSignal);

    expect(document).toMatchObject({ status: 'rolled_back', error: { code: 'not_ready', left_over: [] } });
    expect(document.error?.message).toContain('7200 s');
    expect(await shop.picture()).toEqual(before);
    expect(await shop.write('order 1', 'postgres')).toBe('postgres-1');
  });

  test('a cut-over that waits can be aborted', async () => {
    const shop = await newDatabase();
    const before = await shop.picture();
    const handle = await shop.start('expand', onSignal);
    await untilReady(shop);
    await handle.signal('abort');

    expect(await shop.end(handle)).toMatchObject({ status: 'aborted', error: { left_over: [] } });
    expect(await shop.picture()).toEqual(before);
  });
});
