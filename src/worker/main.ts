import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, TransportError, Worker, type WorkerOptions } from '@temporalio/worker';
import pino from 'pino';
import { realComponents } from '../nodes/dependencies.ts';
import { createPgrowClient } from '../client/client.ts';
import { createActivities } from '../activities/index.ts';
import { notificationActivities } from '../activities/notifications.ts';
import { activityInterceptor } from '../activities/interceptor.ts';
import { workerVersions } from '../client/worker-versions.ts';
import { PgrowError } from '../domain/errors.ts';
import { deploymentNameOf, watchQueueOf } from '../domain/naming.ts';
import { workerIdentity } from '../domain/task-queue.ts';
import { readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { versionOfSources } from '../launcher/version.ts';
import { createLooks } from '../looks/looks.ts';
import { serveLooks } from '../looks/serve-looks.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { completeSecrets } from '../nodes/secrets.ts';
import { sealingKeysIn } from '../store/sealing-keys.ts';
import { createStore } from '../store/store.ts';
import { openTracing } from '../telemetry/tracing.ts';
import { none, openBreakpoints } from './breakpoints.ts';
import { deploymentOptions } from './deployment.ts';
import { installRuntime } from './install-runtime.ts';
import { nexusOperations } from './nexus-operations.ts';
import { untilDispensable } from './retirement.ts';
import { bundlesOfThisCopy, ensureWorkflowBundle } from './workflow-bundle.ts';
import { dataConverter } from './workflow-code.ts';

/** Composition root of the worker. Reports by a file that it is ready, and ends on SIGTERM. */

/** What Docker bears at once on a small machine. */
const activitiesAtOnce = 16;
/** Open windows, each looked at every two seconds, snapshots that are read through, and notifications being sent. */
const watchesAtOnce = 200;

/** Temporal may be starting, or busy: its development server answers "database is locked" then. */
const temporalPatienceMs = 45_000;
const pauseMs = 500;

const untilTemporalAnswers = async <T>(attempt: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + temporalPatienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadline) throw error;
      await delay(pauseMs);
    }
  }
};

const mayPass = (error: unknown): boolean =>
  error instanceof TransportError || (error instanceof PgrowError && error.retryable);

/** Milliseconds between two looks whether this version is still needed. */
const lookEveryMs = 15_000;

const settings = readSettings();
const { taskQueue, namespace, ...access } = settings.temporal;
const log = pino({ base: { program: 'worker', ...(settings.build !== null && { version: settings.build }) } });
logUnhandledRejections(log);
installRuntime({ log, metrics: settings.telemetry.metrics });
const tracing = await openTracing({ program: 'worker', collector: settings.telemetry.collector });

const store = await createStore({
  connection: { url: settings.databaseUrl },
  sealingKeys: sealingKeysIn(settings.secretKeyPath),
  version: versionOfSources,
});
await completeSecrets(store);
// Before it asks for the first task: it might be another control plane's.
const client = createPgrowClient(settings.temporal, tracing?.client);
const holder = { home: settings.homeId, path: settings.home, host: hostname() };
await untilTemporalAnswers(() => client.holdQueue(holder));
// Not every Temporal has Nexus, or lets pgrow make an endpoint: only callers in other namespaces need it.
await client.ensureNexusEndpoint().catch((error: unknown) => log.info({ err: error }, 'there is no Nexus endpoint'));
const connection = await untilTemporalAnswers(() => NativeConnection.connect(access));
const deploymentName = deploymentNameOf(settings.homeId);
const versions = workerVersions({ connection, address: access.address, namespace, deployment: deploymentName });
const { build } = settings;
const isVersioned = build !== null && (await untilTemporalAnswers(() => versions.areSupported()));
const version = isVersioned ? { deploymentName, buildId: build } : null;
const workflowBundle = await ensureWorkflowBundle(
  build === null ? join(settings.home, 'bundles') : bundlesOfThisCopy,
  `${tracing === null ? '' : 'traced-'}${version === null ? 'plain' : 'versioned'}`,
);
const breakpoints = settings.breakpointsPath === null ? none : openBreakpoints(settings.breakpointsPath);
const platform = createDockerPlatform();
const { watchHealth, verifySnapshot, ...activities } = breakpoints.into(
  createActivities({
    ...breakpoints.observe({ platform, store }),
    components: breakpoints.observe(realComponents),
    images: settings.images,
    subnetPool: settings.subnetPool,
    prices: settings.prices,
    home: settings.homeId,
    log,
  }),
);
const shared = {
  connection,
  ...deploymentOptions(version),
  namespace,
  identity: workerIdentity(settings.homeId, { pid: process.pid, host: hostname(), instance: settings.instance }),
  dataConverter,
  interceptors: { activity: [...(tracing?.activities ?? []), activityInterceptor] },
  // A cancellation arrives with a heartbeat, and undoing waits for it.
  maxHeartbeatThrottleInterval: '1s',
  defaultHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '2s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
const operations = await untilTemporalAnswers(() =>
  Worker.create({
    ...shared,
    taskQueue,
    workflowBundle,
    activities,
    nexusServices: [nexusOperations({ taskQueue, storeOf: () => store })],
    ...(tracing && { sinks: tracing.sinks }),
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
  }),
);
const watches = await untilTemporalAnswers(() =>
  Worker.create({
    ...shared,
    taskQueue: watchQueueOf(taskQueue),
    activities: { watchHealth, verifySnapshot, ...notificationActivities({ store, log }) },
    maxConcurrentActivityTaskExecutions: watchesAtOnce,
  }),
);

const looks = await serveLooks({
  path: settings.workerLooksPath,
  looks: createLooks({
    platform,
    store,
    components: realComponents,
    images: settings.images,
    home: settings.homeId,
    client,
  }),
  log,
});
writeFileSync(settings.workerReadyPath, `${process.pid}\n`);
log.info({ taskQueue, home: settings.homeId }, 'worker takes tasks');
const stopped = new AbortController();
const endWhenDispensable = async (): Promise<void> => {
  if (version === null) return;
  const watch = { versions, build: version.buildId, taskQueue, everyMs: lookEveryMs, signal: stopped.signal, log };
  if (!(await untilDispensable(watch))) return;
  log.info('another version is current and no operation goes on under this one: the worker ends');
  for (const worker of [operations, watches]) if (worker.getState() === 'RUNNING') worker.shutdown();
};
try {
  await Promise.all([
    Promise.all([operations.run(), watches.run()]).finally(() => stopped.abort()),
    endWhenDispensable(),
  ]);
} finally {
  rmSync(settings.workerReadyPath, { force: true });
  await looks.close();
  await client.close();
  await connection.close();
  await store.close();
  await tracing?.close();
}
