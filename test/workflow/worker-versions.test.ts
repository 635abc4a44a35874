import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi, type TestContext } from 'vitest';
import { openWorkerVersions, workerVersions, type WorkerVersions } from '../../src/client/worker-versions.ts';
import { watchQueueOf } from '../../src/domain/naming.ts';
import { olderVersions, strandedLine } from '../../src/domain/worker-versions.ts';
import { ensureTemporal } from '../../src/launcher/temporal-binary.ts';
import { untilDispensable } from '../../src/worker/retirement.ts';
import { bundleWorkflows } from '../../src/worker/workflow-code.ts';
import { startControlPlane, type ControlPlane } from '../support/fake-world/control-plane.ts';
import { newShop, type Shop } from '../support/fake-world/operator.ts';
import { create, settle } from '../support/fake-world/operations-under-test.ts';
import type { SharedTemporal } from '../support/global-setup.ts';

/** Two versions of the worker on the real Temporal: what an update means for what runs. */

let folder: string;
let temporal: SharedTemporal;
let connection: Connection;
let native: NativeConnection;
let versioned: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  folder = mkdtempSync(join(tmpdir(), 'pgrow-versions-'));
  versioned = join(folder, 'workflows.js');
  writeFileSync(versioned, (await bundleWorkflows(new DefaultLogger('ERROR'), 'versioned')).code);
  temporal = (await (await fetch(inject('sharedTemporal'))).json()) as SharedTemporal;
  connection = await Connection.connect({ address: temporal.address });
  native = await NativeConnection.connect({ address: temporal.address });
});
afterAll(async () => {
  await connection.close();
  await native.close();
  rmSync(folder, { recursive: true });
});

type Build = 'before' | 'a' | 'b';
/** Of tests that run in parallel: most of their time is waiting for Temporal. */
type AtTheEnd = Pick<TestContext, 'onTestFinished'>;

/** A control plane that is updated from build to build. `before`: from before there were versions. */
const openHome = ({ onTestFinished }: AtTheEnd) => {
  const taskQueue = `test-${randomUUID()}`;
  const deploymentName = `pgrow-${randomUUID()}`;
  const worlds = new Map();
  const ran: { readonly build: Build; readonly activity: string; readonly id: string }[] = [];
  const versions = workerVersions({ connection: native, address: temporal.address, deployment: deploymentName });

  const start = async (build: Build): Promise<ControlPlane> => {
    const isVersioned = build !== 'before';
    const bundle = isVersioned ? versioned : temporal.bundle;
    const plane = await startControlPlane(
      { client: new Client({ connection }), connection: native, bundle },
      {
        taskQueue,
        worlds,
        version: isVersioned ? { deploymentName, buildId: build } : null,
        onActivity: (activity, id) => void ran.push({ build, activity, id }),
      },
    );
    if (isVersioned) await versions.makeCurrent(build, [taskQueue, watchQueueOf(taskQueue)], 30_000);
    return plane;
  };
  return {
    versions,
    taskQueue,
    /** The worker of a build, which gets what begins from now on. */
    async up(build: Build) {
      const plane = await start(build);
      let running = true;
      const stop = async () => {
        if (running) await plane.stop();
        running = false;
      };
      onTestFinished(stop);
      return { ...plane, stop };
    },
    /** The builds that have run activities for a database since `clear`. */
    builds: ({ id }: Shop) => [...new Set(ran.filter((one) => one.id === id).map(({ build }) => build))],
    clear: () => void ran.splice(0),
  };
};

const untilItWaits = (operation: WorkflowHandle) =>
  vi.waitFor(
    async () =>
      expect(await operation.query('progress')).toMatchObject({
        waiting_for: expect.stringMatching(/^the (signal|grace)/),
      }),
    {
      timeout: 60_000,
      interval: 20,
    },
  );

/** A switchover that holds its cut-over back until it is told to go ahead. */
const waitingSwitchover = async (shop: Shop): Promise<WorkflowHandle> => {
  await create(shop);
  await shop.run('expand', { target: 'replicas' });
  await settle(shop);
  const operation = await shop.start('switchover', {
    target_node: 'postgres-2',
    options: { cutover: 'on_signal' },
  });
  await untilItWaits(operation);
  return operation;
};

/** A scale-down in its grace period, behind it the window of the expansion before. */
const graceOf = async (shop: Shop): Promise<WorkflowHandle> => {
  await create(shop);
  await shop.run('expand', { target: 'pooling' });
  const operation = await shop.start('scaleDown', { target: 'single', grace_period: 3600, confirm: true });
  await untilItWaits(operation);
  return operation;
};

/** `untilDispensable` of a build, and whether it has said so yet. */
const watch = ({ onTestFinished }: AtTheEnd, versions: WorkerVersions, taskQueue: string, build: Build) => {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const seen = { looks: 0, ended: false };
  const counted = {
    ...versions,
    readCurrent: () => {
      seen.looks += 1;
      return versions.readCurrent();
    },
  };
  const log = { warn: () => undefined };
  const ended = untilDispensable({ versions: counted, build, taskQueue, everyMs: 20, signal: stop.signal, log });
  return { seen, ended: ended.then((isIt) => (seen.ended = isIt)) };
};

test.concurrent('an operation ends under the version that it began with, what moves along and what begins goes to the new one, and the worker before ends', async (context) => {
  const { up, versions, taskQueue, builds, clear } = openHome(context);
  const a = await up('a');
  const [shop, other] = [newShop(a), newShop(a)];
  const [operation] = await Promise.all([
    waitingSwitchover(shop),
    create(other).then(() => other.run('expand', { target: 'pooling' })),
  ]);
  expect([builds(shop), builds(other)]).toEqual([['a'], ['a']]);

  await up('b');
  clear();
  // Temporal's list of workflows follows what happens with a delay; a worker looks every 15 s, this test every 20 ms.
  await vi.waitFor(
    async () =>
      expect(await versions.readPinned(taskQueue)).toEqual([
        expect.objectContaining({ build: 'a', workflow: 'switchover', workflow_id: operation.workflowId }),
      ]),
    { timeout: 60_000 },
  );
  const { seen, ended } = watch(context, versions, taskQueue, 'a');
  await vi.waitFor(() => expect(seen.looks).toBeGreaterThan(3), { timeout: 60_000 });
  expect(seen.ended).toBe(false);

  // The window of an operation that is done, and the next operation.
  await other.checkpoint.signal('confirm');
  await other.checkpoint.result();
  // The first task of a window after the update may still go to the worker that has it in memory.
  clear();
  expect(await other.run('setPooling', { pooling: { default_pool_size: 7 } })).toMatchObject({ status: 'done' });
  expect(builds(other)).toEqual(['b']);

  await operation.executeUpdate('cutover', { args: [{ actor: 'tests' }] });
  expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  expect(builds(shop)).toEqual(['a']);
  expect(await ended).toBe(true);
  await a.stop();
  expect(await shop.run('switchover', { target_node: 'postgres-1' })).toMatchObject({ status: 'done' });
});

test.concurrent('what runs without a version at the first update, a window among it, continues under the new one', async (context) => {
  const { up, builds, clear } = openHome(context);
  const before = await up('before');
  const shop = newShop(before);
  const operation = await graceOf(shop);
  await before.stop();

  await up('a');
  clear();
  await operation.executeUpdate('confirm', { args: [{ actor: 'tests' }] });
  expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  expect(builds(shop)).toEqual(['a']);
});

test.concurrent('an operation whose version is gone is named, waits, and continues under the present one when it is moved', async (context) => {
  const { up, versions, taskQueue, builds, clear } = openHome(context);
  const a = await up('a');
  const shop = newShop(a);
  const operation = await graceOf(shop);
  await a.stop();
  await up('b');
  clear();

  const pinned = await vi.waitFor(
    async () => {
      const found = await versions.readPinned(taskQueue);
      expect(found).toHaveLength(1);
      return found;
    },
    { timeout: 60_000 },
  );
  const { stranded } = olderVersions({ current: 'b', pinned, isKept: () => false });
  expect(strandedLine(stranded, '/cache')).toContain(
    `scale down of ${operation.workflowId}. They started under version a`,
  );
  for (const one of stranded) await versions.moveAlong(one);
  await operation.executeUpdate('confirm', { args: [{ actor: 'tests' }] });
  expect(await shop.end(operation)).toMatchObject({ status: 'done' });
  expect(builds(shop)).toEqual(['b']);
});

test.concurrent('a Temporal that must not use versions is known by that', async ({ onTestFinished }) => {
  const path = await ensureTemporal(() => undefined);
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' },
      extraArgs: ['--dynamic-config-value', 'system.enableDeploymentVersions=false'],
    },
  });
  onTestFinished(() => environment.teardown());
  const without = openWorkerVersions({ address: environment.address }, 'pgrow-1a2b3c4d');
  const withThem = openWorkerVersions({ address: temporal.address }, 'pgrow-1a2b3c4d');
  onTestFinished(async () => {
    await without.close();
    await withThem.close();
  });
  expect([await without.areSupported(), await withThem.areSupported()]).toEqual([false, true]);
  expect(await withThem.readCurrent()).toBeNull();
});
