import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createPgrowClient } from '../../src/client/client.ts';
import { nexusEndpointOf } from '../../src/domain/naming.ts';
import { startControlPlane, type ControlPlane } from '../support/fake-world/control-plane.ts';
import { newShop, type Shop } from '../support/fake-world/operator.ts';
import type { SharedTemporal } from '../support/global-setup.ts';
import type { callAndCancel, callPgrow } from '../support/nexus-callers.ts';

/** Workflows of another namespace, which know the name of an endpoint and nothing else of pgrow. */

const namespace = `callers-${randomUUID().slice(0, 8)}`;
let plane: ControlPlane;
let connection: Connection;
let native: NativeConnection;
let callers: Client;
let worker: Worker;
let running: Promise<void>;
let endpoint: string;
let address: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const shared = (await (await fetch(inject('sharedTemporal'))).json()) as SharedTemporal;
  ({ address } = shared);
  native = await NativeConnection.connect({ address });
  connection = await Connection.connect({ address });
  plane = await startControlPlane(
    { client: new Client({ connection }), connection: native, bundle: shared.bundle },
    { nexus: true },
  );
  endpoint = nexusEndpointOf(plane.taskQueue);
  const pgrow = createPgrowClient({ address, taskQueue: plane.taskQueue });
  await pgrow.ensureNexusEndpoint();
  await pgrow.ensureNexusEndpoint();
  await pgrow.close();

  const day = { seconds: 86_400 as never };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
  callers = new Client({ connection, namespace });
  // Temporal takes a moment until it knows a namespace.
  await vi.waitUntil(() => callers.workflow.count().catch(() => null) !== null, { timeout: 30_000 });
  worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: 'callers',
    workflowsPath: fileURLToPath(new URL('../support/nexus-callers.ts', import.meta.url)),
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await plane.stop();
  await connection.close();
  await native.close();
});

type Calls = Parameters<typeof callPgrow>[0];
const call = (calls: readonly object[]) =>
  callers.workflow.execute<typeof callPgrow>('callPgrow', {
    workflowId: randomUUID(),
    taskQueue: 'callers',
    args: [calls.map((each) => ({ endpoint, ...each })) as unknown as Calls],
  });

const newDatabase = async (): Promise<Shop> => {
  const shop = newShop(plane);
  expect(await call([{ operation: 'createDatabase', input: { service_id: shop.id, name: 'shop' } }])).toEqual([
    { type: 'create', status: 'done', to_stage: 0 },
  ]);
  return shop;
};

test('an endpoint that leads to another control plane is left alone, and the error says where it leads', async () => {
  const other = createPgrowClient({ address, namespace, taskQueue: plane.taskQueue });
  await expect(other.ensureNexusEndpoint()).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(`leads to task queue ${plane.taskQueue} in namespace default`),
  });
  await other.close();
});

describe.concurrent('a workflow of another namespace', () => {
  test('grows a database, is refused what does not fit, and goes back', async () => {
    const shop = await newDatabase();
    const { id } = shop;
    const outcomes = await call([
      { operation: 'expand', input: { service_id: id, target: 'moon' } },
      { operation: 'setReplicas', input: { service_id: id, count: 2 } },
      { operation: 'expand', input: { service_id: id, target: 'replicas' } },
      { operation: 'rollback', input: { service_id: id } },
      { operation: 'rollback', input: { service_id: id } },
    ]);
    expect(outcomes).toEqual([
      { code: 'invalid_input', path: 'target', handler: 'BAD_REQUEST' },
      // By the handler or by the workflow's end, of which Temporal speaks at the same moment: nexus-operations.test.ts.
      expect.objectContaining({ code: 'refused' }),
      { type: 'expand', status: 'done', to_stage: 2 },
      { type: 'rollback', status: 'done', to_stage: 0 },
      { code: 'refused', handler: 'BAD_REQUEST' },
    ]);
    // Its window has started it, which would otherwise remove what is in use now.
    expect(await shop.operation.describe()).toMatchObject({
      parentExecution: { workflowId: `pgrow/${id}/checkpoint` },
    });
    await expect(shop.checkpoint.result()).resolves.toBeUndefined();
  });

  test('that is cancelled aborts its operation, and a second one is told which runs', async () => {
    const shop = await newDatabase();
    const input = { service_id: shop.id, target: 'ha', options: { cutover: 'on_signal' } };
    const caller = await callers.workflow.start<typeof callAndCancel>('callAndCancel', {
      workflowId: randomUUID(),
      taskQueue: 'callers',
      args: [{ endpoint, operation: 'expand', input } as Parameters<typeof callAndCancel>[0]],
    });
    await vi.waitUntil(async () => (await shop.progress().catch(() => null))?.waits_for_message === 'cutover', {
      timeout: 60_000,
    });
    const another = { operation: 'expand', input: { service_id: shop.id, target: 'pooling' } };
    expect(await call([another])).toEqual([{ code: 'operation_running', path: 'operation', handler: 'BAD_REQUEST' }]);
    await caller.signal('cancel');
    expect(await caller.result()).toEqual({ type: 'expand', status: 'aborted', to_stage: 3 });
    expect(await shop.database()).toMatchObject({ topology: { stage: 0 } });
  });
});
