import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { openTracing, type Tracing } from '../../src/telemetry/tracing.ts';
import { installRuntime } from '../../src/worker/install-runtime.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { startControlPlane, type ControlPlane } from '../support/fake-world/control-plane.ts';
import { create } from '../support/fake-world/operations-under-test.ts';
import { newShop } from '../support/fake-world/operator.ts';
import type { World } from '../support/fake-world/world.ts';
import type { SharedTemporal } from '../support/global-setup.ts';

/** A platform team scrapes the workers, and follows a slow operation through its spans from the request to each action. */

interface Span {
  readonly name: string;
  readonly traceId: string;
}

interface Queue {
  readonly taskQueue: string;
  readonly worlds: Map<string, World>;
}

let collector: Server;
/** Bodies that the collector has received, as text. */
const received: string[] = [];
let headers: Record<string, unknown> = {};
let tracing: Tracing;
let start: (isTraced: boolean, queue?: Queue) => Promise<ControlPlane>;
let metricsAddress: string;
let takenPort: number;
const folder = mkdtempSync(join(tmpdir(), 'pgrow-telemetry-'));
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/collect/v1/traces') received.push(Buffer.concat(chunks).toString());
      headers = request.headers;
      response.end('{}');
    });
  });
  await listen(collector);
  // The port of someone else is passed over.
  const taken = createServer();
  takenPort = await listen(taken);
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void logged.push(line) });
  installRuntime({ log, metrics: { host: '127.0.0.1', port: takenPort - 2 } });
  taken.close();
  // Which one is for the log to say: the next may be someone else's as well.
  metricsAddress = (JSON.parse(logged[0] ?? '{}') as { address: string }).address;

  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/collect`;
  tracing = (await openTracing({ program: 'worker', collector: { endpoint, headers: 'x-key=opensesame' } }))!;
  const answer = await fetch(inject('sharedTemporal'));
  const { address } = (await answer.json()) as SharedTemporal;
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const [plain, traced] = (['plain', 'traced-plain'] as const).map((kind) => join(folder, `${kind}.js`)) as [
    string,
    string,
  ];
  writeFileSync(plain, (await bundleWorkflows(new DefaultLogger('ERROR'), 'plain')).code);
  writeFileSync(traced, (await bundleWorkflows(new DefaultLogger('ERROR'), 'traced-plain')).code);
  const client = new Client({ connection, interceptors: { workflow: [...tracing.client] } });
  start = (isTraced, queue) =>
    startControlPlane(
      { client, connection: native, bundle: isTraced ? traced : plain },
      { ...queue, tracing: isTraced ? tracing : null },
    );
  closing.push(
    () => connection.close(),
    () => native.close(),
  );
});

afterAll(async () => {
  await tracing.close();
  for (const close of closing) await close();
  collector.close();
  rmSync(folder, { recursive: true });
});

test('an operation is one trace from its start to its actions, and counted with its end and its steps', async () => {
  const plane = await start(true);
  onTestFinished(() => plane.stop());
  const shop = newShop(plane);
  const document = await create(shop);
  await expect(newShop(plane).run('createDatabase', { name: 'Shop!' })).rejects.toMatchObject({
    type: 'invalid_input',
  });
  // They are sent every few seconds.
  await vi.waitFor(() => expect(spans().map(({ name }) => name)).toContain('RunWorkflow:createDatabase'), 20_000);
  const { traceId } = spans().find(({ name }) => name === 'RunWorkflow:createDatabase')!;
  const names = spans().flatMap((span) => (span.traceId === traceId ? [span.name] : []));
  expect(names).toEqual(
    expect.arrayContaining([
      'StartWorkflow:createDatabase',
      'StartActivity:openOperation',
      'RunActivity:openOperation',
    ]),
  );
  expect(headers).toMatchObject({ 'x-key': 'opensesame' });
  // Inputs are not shown.
  expect(received.join('')).not.toMatch(/"shop"|password|searchAttributes/);

  expect(metricsAddress).not.toBe(`127.0.0.1:${takenPort}`);
  const metrics = await vi.waitFor(async () => {
    const text = await (await fetch(`http://${metricsAddress}/metrics`)).text();
    expect(text).toMatch(/^pgrow_operations_total{.*end="refused".*} 1$/m);
    return text;
  });
  expect(metrics).toMatch(/^pgrow_operations_total{.*end="done".*operation="create".*} 1$/m);
  expect(metrics).toMatch(/^pgrow_operation_duration_seconds_count{.*end="done".*} 1$/m);
  const steps = [...metrics.matchAll(/^pgrow_step_duration_seconds_count{.*end="done".*} (\d+)$/gm)];
  expect(steps.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(document.steps.length);
  expect(metrics).toMatch(/^temporal_activity_schedule_to_start_latency_seconds_count/m);
});

// Spans took their IDs from the workflow's random numbers: an operation went on under an ID that no record knew. And their
// promises made a timer overtake an activity: windows of before were no longer replayed.
test.each([
  ['off', true],
  ['on', false],
])('traces are turned %s while an operation runs, which continues', async (_, wasTraced) => {
  const queue: Queue = { taskQueue: `test-${randomUUID()}`, worlds: new Map() };
  const before = await start(wasTraced, queue);
  const shop = newShop(before);
  await create(shop);
  const operation = await shop.start('expand', { target: 'ha', options: { cutover: 'on_signal' } });
  const running = await vi.waitUntil(
    async () => {
      const found = await shop.world.store.readRunningOperation(shop.id);
      return found?.waiting_for ? found : null;
    },
    { timeout: 60_000, interval: 50 },
  );
  await before.stop();
  const after = await start(!wasTraced, queue);
  onTestFinished(() => after.stop());
  await operation.signal('cutover');

  expect(await shop.end(operation)).toMatchObject({ id: running.id, status: 'done' });
  // The window that it has opened.
  await shop.checkpoint.signal('confirm');
  await shop.checkpoint.result();
  expect((await shop.picture()).topology?.kept).toEqual([]);
});

const spans = (): readonly Span[] =>
  received.flatMap((body) => {
    const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });

/** Port on loopback. */
const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
