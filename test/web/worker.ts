import { operationWorkflowId } from '../../src/domain/naming.ts';
import { operationOptions, type OperationOptions } from '../../src/domain/options.ts';
import { secretNames } from '../../src/nodes/secrets.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClient } from '../support/fake-client.ts';
import { sampleDatabase } from '../support/sample-database.ts';
import { Aborted, pause, StepFailed, Stopped, tick, type Run, type Scripts } from './played-run.ts';
import { end, undo } from './worker-ends.ts';
import { closeWindow, openWindow, recordMove } from './worker-records.ts';
import { playBlocks } from './worker-steps.ts';

interface Input {
  readonly service_id: string;
  readonly operation_id: string;
  readonly project?: string;
  readonly name?: string;
  readonly actor?: string;
  readonly options?: Partial<OperationOptions>;
}

interface Started {
  readonly workflow: string;
  readonly input: object;
}

export interface PlayedWorker extends Scripts {
  /** Starts what it has not taken up. */
  readonly resume: () => void;
  isAway: boolean;
  /** Messages that it has received: `cutover`, `abort`, `confirm`. */
  tell(serviceId: string, message: string): void;
  /** Until no operation of a database runs. */
  ended(serviceId: string): Promise<void>;
  /** Until one stays where its script says, or waits for a message. */
  hasPaused(serviceId: string): Promise<void>;
  stop(): void;
}

/** Plays the worker: it takes up what is started at the fake client, and goes through the steps of the real plan. */
export const playWorker = (store: Store, client: FakeClient): PlayedWorker => {
  const runs = new Map<string, OpenRun>();
  const waiting: (() => void)[] = [];
  const take = async ({ workflow, input }: Started): Promise<void> => {
    const run = await openRun({ store, client, worker }, workflow, input as Input);
    runs.set(run.database.id, run);
    run.ended = play(run).finally(() => runs.delete(run.database.id));
  };
  const worker: PlayedWorker = {
    scripts: new Map(),
    usual: {},
    isAway: false,
    resume: () => waiting.splice(0).forEach((start) => start()),
    tell: (serviceId, message) => void runs.get(serviceId)?.messages.add(message),
    ended: async (serviceId) => runs.get(serviceId)?.ended,
    async hasPaused(serviceId) {
      while (runs.get(serviceId)?.isPaused === false) await pause(tick);
    },
    stop: () => [...runs.values()].forEach((run) => (run.isStopped = true)),
  };
  client.onStart = async (started) => {
    if (worker.isAway) waiting.push(() => void take(started));
    else await take(started);
  };
  client.onRollback = (serviceId, { operation_id, options, actor }) =>
    client
      .start('rollback', { service_id: serviceId, operation_id, options, actor }, { database: serviceId, stage: null })
      .then(() => undefined);
  return worker;
};

interface Context {
  readonly store: Store;
  readonly client: FakeClient;
  readonly worker: PlayedWorker;
}

interface OpenRun extends Run {
  readonly client: FakeClient;
  ended: Promise<void>;
}

const openRun = async (context: Context, workflow: string, input: Input): Promise<OpenRun> => {
  const { store, client } = context;
  const { operation_id: id, service_id, actor = 'cli' } = input;
  const plan = await client.plan({ workflow: workflow as never, input, operation: id });
  const made = { id: service_id, ...(input.project !== undefined && { project: input.project }) };
  const database =
    (await store.readDatabase(service_id)) ??
    (await store.registerDatabase(sampleDatabase(input.name ?? 'unnamed', made)));
  await store.ensureSecrets(database.id, secretNames);
  const options = operationOptions.parse(input.options ?? {});
  const workflow_id = operationWorkflowId(service_id);
  const run_id = (await client.describe(service_id))?.run_id ?? null;
  await store.beginOperation({ id, service_id, workflow_id, run_id, type: plan.type, plan, actor, options });
  await openWindow(store, { id, plan, database, options });
  const run = {
    ...context,
    id,
    plan,
    database,
    options,
    messages: new Set<string>(),
    begun: [],
    isStopped: false,
    isPaused: false,
  };
  return { ...run, ended: Promise.resolve() };
};

const play = async (run: OpenRun): Promise<void> => {
  const { store, client, plan, database, id } = run;
  try {
    await playBlocks(run, plan.order);
    if (plan.closes_window) await closeWindow(store, database.id, id);
    await end(run, 'done', null);
    if (plan.type === 'rollback') await closeWindow(store, database.id, id);
    if (plan.type === 'destroy') await store.removeDatabase(database.id);
    await recordMove(store, run);
  } catch (error) {
    if (error instanceof Stopped || run.isStopped) return;
    if (!(error instanceof Aborted || error instanceof StepFailed)) throw error;
    await undo(run, error);
  }
  client.end(database.id);
};
