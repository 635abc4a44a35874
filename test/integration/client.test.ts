import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPgrowClient, type PgrowClient } from '../../src/client/client.ts';
import { checkpointWorkflowId, defaultTaskQueue, deliveryWorkflowId } from '../../src/domain/naming.ts';
import { ensureTemporal } from '../../src/launcher/temporal-binary.ts';

let environment: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
let client: PgrowClient;
let serviceId: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const path = await ensureTemporal(() => undefined);
  environment = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path } } });
  worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: defaultTaskQueue,
    workflowsPath: fileURLToPath(new URL('../support/client-workflows.ts', import.meta.url)),
  });
  running = worker.run();
  client = createPgrowClient({ address: environment.address });
  await client.registerSearchAttributes();
}, 300_000);
afterAll(async () => {
  await client.close();
  worker.shutdown();
  await running;
  await environment.teardown();
});
beforeEach(() => {
  serviceId = randomUUID();
});

const about = { database: 'shop', stage: 1 } as const;
const expand = (operation_id = randomUUID()) =>
  client.start('expand', { service_id: serviceId, operation_id, target: 'pooling' }, about);

describe('reading a snapshot through', () => {
  const read = (snapshot: string, waitMs = 60_000) =>
    client.verifySnapshot({ service_id: serviceId, snapshot }, { database: 'shop', waitMs });

  test('answers with what was found, each time again', async () => {
    expect(await read('snap-1')).toEqual({ status: 'whole', found: [], duration_ms: 1 });
    expect(await read('snap-1')).toMatchObject({ status: 'whole' });
  });

  test('that exceeds its limit continues, and a repeated request joins it', async () => {
    expect(await read('snap-slow', 1)).toBeNull();
    expect(await read('snap-slow', 1)).toBeNull();
  });

  test('that cannot be done says why', async () => {
    await expect(read('snap-9')).rejects.toMatchObject({ code: 'not_found', message: 'gone' });
  });
});

test('a delivery is started once in each round, also after it has ended', async () => {
  const message = { delivery: randomUUID(), attempts: 10, summary: 'test to ops', database: 'shop' };
  const runOf = async (round: number) => {
    await client.deliver({ ...message, round });
    const handle = environment.client.workflow.getHandle(deliveryWorkflowId(message.delivery, round));
    expect(await handle.result()).toEqual({ delivery: message.delivery, round, attempts: 10 });
    return (await handle.describe()).runId;
  };
  expect(await client.hasDeliveryEnded({ ...message, round: 1 })).toBe(true);
  const first = await runOf(1);
  expect(await client.hasDeliveryEnded({ ...message, round: 1 })).toBe(true);
  expect(await runOf(1)).toBe(first);
  expect(await runOf(2)).not.toBe(first);
});

describe('an operation', () => {
  test('keeps a second one out with an error that names the running one', async () => {
    const operation_id = randomUUID();
    const { workflow_id, run_id } = await expand(operation_id);

    expect(workflow_id).toBe(`pgrow/${serviceId}`);
    await expect(expand()).rejects.toMatchObject({
      code: 'operation_running',
      message: expect.stringContaining(`expand ${operation_id} has been running since`),
    });
    expect(await client.describe(serviceId)).toMatchObject({ running: true, operation_id, type: 'expand', run_id });
    expect(await client.progress(serviceId)).toMatchObject({ waiting_for: 'a signal' });
    expect(await client.tell(serviceId, 'cutover', { actor: 'tests' })).toEqual({ takes_effect: 'now' });
    expect(await client.result(serviceId, run_id)).toMatchObject({ status: 'done' });
    expect(await client.describe(serviceId)).toMatchObject({ running: false });
  });

  // Someone terminated one in Temporal Web, and its record said for ever that it runs.
  test('that was terminated is distinguished from one that runs, and undone', async () => {
    const { run_id } = await expand();
    expect(await client.howEnded(serviceId, run_id)).toBeNull();
    await expect(client.undoAbandoned(serviceId, { database: 'shop', waitMs: 5000 })).rejects.toMatchObject({
      code: 'operation_running',
    });
    await environment.client.workflow.getHandle(`pgrow/${serviceId}`).terminate('by somebody');

    expect(await client.howEnded(serviceId, run_id)).toBe('terminated');
    expect(await client.howEnded(serviceId, randomUUID())).toBe('unknown to Temporal');
    await expect(client.undoAbandoned(serviceId, { database: 'shop', waitMs: 20_000 })).resolves.toBeUndefined();
  });

  test('can be started again once it has ended, and each run has its own result', async () => {
    const first = await expand();
    await client.tell(serviceId, 'abort', {});
    expect(await client.result(serviceId, first.run_id)).toMatchObject({ status: 'aborted' });
    const second = await expand();
    await client.tell(serviceId, 'cutover', {});

    expect(await client.result(serviceId, second.run_id)).toMatchObject({ status: 'done' });
    expect(await client.result(serviceId, first.run_id)).toMatchObject({ status: 'aborted' });
  });

  test('that is refused before it begins says why', async () => {
    const { run_id } = await client.start('destroyDatabase', { service_id: serviceId }, { ...about, stage: null });

    await expect(client.result(serviceId, run_id)).rejects.toMatchObject({
      code: 'image_missing',
      message: 'Image pgrow/postgres is missing.',
      problems: [{ path: 'image' }],
    });
  });

  // It released a cut-over that someone else held back, and its caller was given that operation's run.
  test('keeps a switchover out, which is one of its own where none runs', async () => {
    const { run_id } = await expand();
    await expect(client.switchOver({ service_id: serviceId }, about)).rejects.toMatchObject({
      code: 'operation_running',
      message: expect.stringContaining('expand'),
    });
    await client.tell(serviceId, 'cutover', {});
    expect(await client.result(serviceId, run_id)).toMatchObject({ status: 'done' });

    const moved = await client.switchOver({ service_id: serviceId, target_node: 'postgres-3' }, about);
    expect(moved.run_id).not.toBe(run_id);
    expect(await client.result(serviceId, moved.run_id)).toMatchObject({ status: 'done', asked: 'postgres-3' });
    expect(await client.describe(serviceId)).toMatchObject({ type: 'switchover', run_id: moved.run_id });
  });

  test('rejects a message that arrives too late, with the reason', async () => {
    const { run_id } = await expand();
    await expect(client.tell(serviceId, 'confirm', {})).rejects.toMatchObject({
      code: 'refused',
      message: 'expand of shop is not in a grace period.',
    });
    expect(await client.isTakenUp(serviceId, run_id)).toBe(true);
    expect(await client.workerSeenAgo()).toBeLessThan(120);
    await client.tell(serviceId, 'abort', {});
  });

  test('that does not run accepts no messages', async () => {
    expect(await client.describe(serviceId)).toBeNull();
    await expect(client.tell(serviceId, 'abort', {})).rejects.toMatchObject({ code: 'refused' });
  });

  test('is shown in Temporal with what it is about', async () => {
    const { run_id } = await expand();
    const handle = environment.client.workflow.getHandle(`pgrow/${serviceId}`, run_id);
    const { typedSearchAttributes, staticSummary } = await describeWithSummary(handle);
    await client.tell(serviceId, 'abort', {});

    expect(staticSummary).toBe('expand shop');
    expect(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]))).toMatchObject(
      {
        PgrowDatabase: 'shop',
        PgrowOperation: 'expand',
        PgrowStage: 1,
      },
    );
  });
});

const describeWithSummary = async (handle: ReturnType<typeof environment.client.workflow.getHandle>) => {
  const description = await handle.describe();
  return { typedSearchAttributes: description.typedSearchAttributes, staticSummary: await description.staticSummary() };
};

describe('an operation that is opened', () => {
  const opening = (operation_id: string, by = client) =>
    by.open('expand', { service_id: serviceId, operation_id, target: 'pooling' }, about);

  test('answers with what its workflow begins with, also to a repeated request', async () => {
    const operation_id = randomUUID();
    const first = await opening(operation_id);
    expect(first).toMatchObject({ run: { workflow_id: `pgrow/${serviceId}` }, opened: { operation_id } });
    expect(await opening(operation_id)).toEqual(first);
    await expect(opening(randomUUID())).rejects.toMatchObject({ code: 'operation_running' });
    await client.tell(serviceId, 'cutover', {});
    expect(await client.result(serviceId, first.run.run_id)).toMatchObject({ status: 'done' });
  });

  test('and refused says why', async () => {
    const asked = { service_id: serviceId, operation_id: randomUUID() };
    await expect(client.open('destroyDatabase', asked, { ...about, stage: null })).rejects.toMatchObject({
      code: 'image_missing',
      message: 'Image pgrow/postgres is missing.',
      problems: [{ path: 'image' }],
    });
  });

  test('by a worker that knows no such question is accepted', async () => {
    const asked = { service_id: serviceId, operation_id: randomUUID(), node: 'postgres-1' };
    expect(await client.open('reinitialize', asked, about)).toMatchObject({ opened: null });
  });

  // A worker that was frozen over the first task: "Temporal refused a call: FAILED_PRECONDITION".
  test('by a worker that does not get through its first task is accepted, and hears messages later', async () => {
    const asked = { service_id: serviceId, operation_id: randomUUID() };
    const { run, opened } = await client.open('repair', asked, about);
    expect(opened).toBeNull();
    expect(await client.tell(serviceId, 'abort', {})).toEqual({ takes_effect: 'when_a_worker_runs' });
    await client.withdraw(serviceId, run.run_id, 'by a test');
  });

  test('while no worker runs is accepted, found again, and keeps others out', async () => {
    const unserved = createPgrowClient({ address: environment.address, taskQueue: `queue-${randomUUID()}` });
    const operation_id = randomUUID();
    const { run, opened } = await opening(operation_id, unserved);
    expect(opened).toBeNull();
    expect(await client.isTakenUp(serviceId, run.run_id)).toBe(false);
    expect(await opening(operation_id, unserved)).toEqual({ run, opened: null });
    await expect(opening(randomUUID(), unserved)).rejects.toMatchObject({ code: 'operation_running' });
    expect(await client.describe(serviceId)).toMatchObject({ running: true, operation_id, run_id: run.run_id });
    await client.withdraw(serviceId, run.run_id, 'by a test');
    await unserved.close();
  });
});

describe('a rollback window', () => {
  const window = { checkpoint: 'c-1', database: '', timeout_seconds: 60, on_close: [] };
  const confirm = (checkpoint: string) => client.confirmWindow({ ...window, checkpoint, database: serviceId }, about);
  const result = () => environment.client.workflow.getHandle(checkpointWorkflowId(serviceId)).result();

  // The window of an earlier version, which knows the signal alone.
  test('is confirmed', async () => {
    await client.serveWindow({ ...window, database: serviceId }, about);
    expect(await client.isWindowServed(serviceId)).toBe(true);
    await client.serveWindow({ ...window, database: serviceId, checkpoint: 'another' }, about);
    expect(await confirm('another')).toEqual({ takes_effect: 'now' });
    expect(await result()).toBe('c-1');
  });

  // Someone terminated it, or Temporal's database was lost: "no checkpoint is open", while the old primary ran on.
  test('is started again from the record if its workflow is gone, and then confirmed', async () => {
    await client.serveWindow({ ...window, database: serviceId }, about);
    await environment.client.workflow.getHandle(checkpointWorkflowId(serviceId)).terminate('by somebody');
    expect(await client.isWindowServed(serviceId)).toBe(false);
    await confirm('c-2');
    expect(await result()).toBe('c-2');
  });
});

describe('a rollback', () => {
  const window = () => ({ checkpoint: 'c-1', database: serviceId, timeout_seconds: 60, on_close: [] });
  const rollBack = (by = client, operation_id = randomUUID()) => by.rollBack(window(), about, { operation_id });

  test('is asked of its window, which is begun first where it is gone, and refused where it comes too late', async () => {
    expect(await rollBack()).toEqual({ takes_effect: 'now' });
    await expect(rollBack()).rejects.toMatchObject({ code: 'refused', message: 'It goes back already.' });
    await client.confirmWindow(window(), about);
  });

  test('waits in Temporal while no worker runs', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const unserved = createPgrowClient({ address: environment.address, taskQueue });
    const operation_id = randomUUID();
    expect(await rollBack(unserved, operation_id)).toEqual({ takes_effect: 'when_a_worker_runs' });
    const { events } = await environment.client.workflow.getHandle(checkpointWorkflowId(serviceId)).fetchHistory();
    const signals = events?.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => (signal ? [signal] : []));
    expect(signals).toMatchObject([{ signalName: 'rollback' }]);
    await unserved.close();
  });
});

test('a Temporal that is away is called unavailable', async () => {
  const lost = createPgrowClient({ address: '127.0.0.1:1' });
  await expect(lost.describe(serviceId)).rejects.toMatchObject({
    code: 'temporal_unavailable',
    message: expect.stringContaining('Temporal at 127.0.0.1:1 does not answer'),
  });
  await lost.close();
}, 20_000);
