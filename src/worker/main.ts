import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  TransportError,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import pino from 'pino';
import { realComponents } from '../nodes/dependencies.ts';
import { createPgrowClient } from '../client/client.ts';
import { createActivities } from '../activities/index.ts';
import { activityInterceptor } from '../activities/interceptor.ts';
import { taskQueue, watchQueueOf } from '../domain/naming.ts';
import { readSettings } from '../launcher/settings.ts';
import { logUnhandledRejections } from '../launcher/unhandled-rejections.ts';
import { createLooks } from '../looks/looks.ts';
import { serveLooks } from '../looks/serve-looks.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { createStore } from '../store/store.ts';
import { none, openBreakpoints } from './breakpoints.ts';
import { ensureWorkflowBundle } from './workflow-bundle.ts';
import { dataConverter } from './workflow-code.ts';

/** Composition root of the worker. Reports by a file that it is ready, and ends on SIGTERM. */

/** What Docker bears at once on a small machine. */
const activitiesAtOnce = 16;
/** Open windows, each looked at every two seconds, and snapshots that are read through. */
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
      if (!(error instanceof TransportError) || performance.now() > deadline) throw error;
      await delay(pauseMs);
    }
  }
};

const settings = readSettings();
const log = pino({ base: { program: 'worker' } });
logUnhandledRejections(log);
Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) => log.warn({ level, ...meta }, message)),
  shutdownSignals: ['SIGINT', 'SIGTERM'],
});

const store = await createStore({
  connection: { url: settings.databaseUrl },
  encryptionKey: Buffer.from(readFileSync(settings.secretKeyPath, 'utf8').trim(), 'base64'),
});
const connection = await untilTemporalAnswers(() => NativeConnection.connect({ address: settings.temporalAddress }));
const workflowBundle = await ensureWorkflowBundle(join(settings.home, 'bundles'));
const breakpoints = settings.breakpointsPath === null ? none : openBreakpoints(settings.breakpointsPath);
const platform = createDockerPlatform();
const { watchHealth, verifySnapshot, ...activities } = breakpoints.into(
  createActivities({
    ...breakpoints.observe({ platform, store }),
    components: breakpoints.observe(realComponents),
    images: settings.images,
    home: settings.homeId,
    log,
  }),
);
const shared = {
  connection,
  dataConverter,
  interceptors: { activity: [activityInterceptor] },
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
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
  }),
);
const watches = await untilTemporalAnswers(() =>
  Worker.create({
    ...shared,
    taskQueue: watchQueueOf(taskQueue),
    activities: { watchHealth, verifySnapshot },
    maxConcurrentActivityTaskExecutions: watchesAtOnce,
  }),
);

const client = createPgrowClient({ address: settings.temporalAddress });
const looks = await serveLooks({
  path: settings.workerLooksPath,
  looks: createLooks({ platform, store, components: realComponents, home: settings.homeId, client }),
  log,
});
writeFileSync(settings.workerReadyPath, `${process.pid}\n`);
log.info({ taskQueue, home: settings.homeId }, 'worker takes tasks');
try {
  await Promise.all([operations.run(), watches.run()]);
} finally {
  rmSync(settings.workerReadyPath, { force: true });
  await looks.close();
  await client.close();
  await connection.close();
  await store.close();
}
