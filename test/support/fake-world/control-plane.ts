import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { watchQueueOf } from '../../../src/domain/naming.ts';
import { activityInterceptor } from '../../../src/activities/interceptor.ts';
import type { NotificationActivities } from '../../../src/domain/notifications/deliveries.ts';
import type { ActionContext } from '../../../src/domain/step-actions.ts';
import { deploymentOptions } from '../../../src/worker/deployment.ts';
import type { Tracing } from '../../../src/telemetry/tracing.ts';
import { nexusOperations } from '../../../src/worker/nexus-operations.ts';
import { dataConverter } from '../../../src/worker/workflow-code.ts';
import { createWorld, type World } from './world.ts';

/** A worker with the real workflows and the real activities, each of whose databases lives in a world of its own. */
export interface ControlPlane {
  readonly client: Client;
  readonly taskQueue: string;
  /** The world of a new database, whose id comes with it. */
  newWorld(): { readonly world: World; readonly id: string };
  stop(): Promise<void>;
}

export interface TemporalAccess {
  readonly client: Client;
  readonly connection: NativeConnection;
  /** File of the bundled workflows. */
  readonly bundle: string;
}

/** One of several versions of a worker, which all work for the same databases. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

interface Variant {
  readonly taskQueue?: string;
  readonly worlds?: Map<string, World>;
  /** Null for a worker without one. */
  readonly version?: WorkerVersion | null;
  /** Null for a worker that sends no traces. The bundle has to be a traced one otherwise. */
  readonly tracing?: Tracing | null;
  /** Whether it answers calls through Nexus. */
  readonly nexus?: boolean;
  /** Hears the name of each activity that this worker runs, and the database's id. */
  readonly onActivity?: (activity: string, id: string) => void;
}

/** What names the database in the input of an activity. */
interface AnyInput {
  readonly context?: ActionContext;
  readonly database?: string;
  readonly operation?: string;
  readonly service_id?: string;
  readonly input?: { readonly service_id?: string };
}

/** A receiver that takes a message at the second attempt. */
const attemptDelivery: NotificationActivities['attemptDelivery'] = async ({ attempt }) =>
  attempt === 1 ? { over: false, pause: 0.01 } : { over: true, pause: 0 };

/** Which database an operation is of: some activities name only the operation. */
const databaseOf = new Map<string, string>();

export const startControlPlane = async (
  { client, connection, bundle }: TemporalAccess,
  {
    taskQueue = `test-${randomUUID()}`,
    worlds = new Map(),
    version = null,
    tracing = null,
    nexus = false,
    onActivity,
  }: Variant = {},
): Promise<ControlPlane> => {
  const worldOf = (input: AnyInput, activity: string): World => {
    const id =
      input.context?.database ??
      input.database ??
      input.service_id ??
      input.input?.service_id ??
      databaseOf.get(input.operation ?? '');
    const world = worlds.get(id ?? '');
    if (!world) throw new Error(`an activity speaks of a database that no test has made: ${JSON.stringify(input)}`);
    if (input.operation) databaseOf.set(input.operation, id!);
    onActivity?.(activity, id!);
    return world;
  };
  type Activities = Record<string, (input: AnyInput) => Promise<unknown>>;
  const activities = Object.fromEntries(
    Object.keys(createWorld().activities).map((name) => [
      name,
      (input: AnyInput) => (worldOf(input, name).activities as unknown as Activities)[name]!(input),
    ]),
  );

  const { watchHealth, verifySnapshot, ...others } = activities;
  const shared = {
    connection,
    ...deploymentOptions(version),
    dataConverter,
    interceptors: { activity: [...(tracing?.activities ?? []), activityInterceptor] },
    maxConcurrentActivityTaskExecutions: 400,
    // As the product's: a cancellation arrives with a heartbeat, and undoing waits for it.
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
    shutdownGraceTime: '1s',
    shutdownForceTime: '10s',
  } satisfies Partial<WorkerOptions>;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue,
      workflowBundle: { codePath: bundle },
      activities: others,
      ...(tracing && { sinks: tracing.sinks }),
      ...(nexus && {
        nexusServices: [nexusOperations({ taskQueue, storeOf: (id) => worlds.get(id)?.store ?? createWorld().store })],
      }),
    }),
    Worker.create({
      ...shared,
      taskQueue: watchQueueOf(taskQueue),
      activities: { watchHealth, verifySnapshot, attemptDelivery },
    }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    client,
    taskQueue,
    newWorld() {
      const id = randomUUID();
      const world = createWorld();
      worlds.set(id, world);
      return { world, id };
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await running;
    },
  };
};
