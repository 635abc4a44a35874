import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watchQueueOf } from '../../src/domain/naming.ts';
import { pauseAfter } from '../../src/domain/notifications/attempts.ts';
import type { AttemptOutcome, DeliveryAttempt } from '../../src/domain/notifications/deliveries.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { ensureTimeSkippingServer } from '../support/time-skipping.ts';

/** A delivery takes up to a day: on a Temporal that skips time. */

const server = await ensureTimeSkippingServer();
if ('missing' in server) console.warn(`Tests of deliveries are skipped: no time-skipping Temporal, ${server.missing}.`);

describe.skipIf('missing' in server)('a delivery', { timeout: 60_000 }, () => {
  let environment: TestWorkflowEnvironment;
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-notifications-'));
  const bundle = join(folder, 'workflows.js');
  beforeAll(async () => {
    if ('missing' in server) return;
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    writeFileSync(bundle, (await bundleWorkflows(new DefaultLogger('ERROR'))).code);
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: server.path } },
    });
  });
  afterAll(async () => {
    await environment?.teardown();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Delivers to a receiver that is played by `receive`; returns the attempts, and the hours that all timers took. */
  const deliver = async (receive: (attempt: DeliveryAttempt) => Promise<AttemptOutcome>, attempts = 10) => {
    const made: DeliveryAttempt[] = [];
    const taskQueue = randomUUID();
    const shared = { connection: environment.nativeConnection };
    const workers = await Promise.all([
      Worker.create({ ...shared, taskQueue, workflowBundle: { codePath: bundle } }),
      Worker.create({
        ...shared,
        taskQueue: watchQueueOf(taskQueue),
        activities: {
          attemptDelivery(attempt: DeliveryAttempt) {
            made.push(attempt);
            return receive(attempt);
          },
        },
      }),
    ]);
    const running = Promise.all(workers.map((worker) => worker.run()));
    try {
      const handle = await environment.client.workflow.start('deliverNotification', {
        workflowId: taskQueue,
        taskQueue,
        args: [{ delivery: 'd-1', round: 1, attempts }],
      });
      await handle.result();
      const { events } = await handle.fetchHistory();
      const seconds = (events ?? []).map(({ timerStartedEventAttributes: timer }) =>
        Number(timer?.startToFireTimeout?.seconds ?? 0),
      );
      return { made, hours: seconds.reduce((sum, each) => sum + each, 0) / 3600 };
    } finally {
      for (const worker of workers) worker.shutdown();
      await running;
    }
  };
  const asUsual = ({ attempt, last }: DeliveryAttempt): AttemptOutcome => ({
    over: last,
    pause: pauseAfter(attempt, null),
  });

  test('that is accepted at once is over', async () => {
    const { made } = await deliver(async () => ({ over: true, pause: 0 }));
    expect(made).toEqual([{ delivery: 'd-1', round: 1, attempt: 1, last: false }]);
  });

  test('that is never accepted is tried ten times within a day, and the last attempt knows', async () => {
    const { made, hours } = await deliver(async (attempt) => asUsual(attempt));
    expect(made.map(({ last }) => last)).toEqual([...Array.from({ length: 9 }, () => false), true]);
    expect(hours).toBeGreaterThan(20);
    expect(hours).toBeLessThan(24);
  });

  test('waits as long as an attempt says', async () => {
    const { hours } = await deliver(async ({ attempt }) => ({ over: attempt === 2, pause: 7200 }));
    expect(hours).toBe(2);
  });

  test('goes on after the metadata were away for too long', async () => {
    const away = ApplicationFailure.nonRetryable('The metadata database does not answer.', 'metadata_unavailable');
    const { made } = await deliver(async (attempt) => {
      if (attempt.attempt === 1) throw away;
      return { over: true, pause: 0 };
    });
    expect(made.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('of a test message is tried once', async () => {
    const { made } = await deliver(async (attempt) => asUsual(attempt), 1);
    expect(made).toMatchObject([{ attempt: 1, last: true }]);
  });
});
