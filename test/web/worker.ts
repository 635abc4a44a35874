import type { Block, Plan } from '../../src/domain/plan.ts';
import type { Database } from '../../src/domain/database.ts';
import type { OperationError, OperationStatus, StepWait } from '../../src/domain/operation.ts';
import { operationOptions, type OperationOptions } from '../../src/domain/options.ts';
import { readyToCutOver } from '../../src/domain/step-record.ts';
import { traitsOf } from '../../src/domain/step-traits.ts';
import { operationWorkflowId } from '../../src/domain/naming.ts';
import { secretNames } from '../../src/nodes/secrets.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClient } from '../support/fake-client.ts';
import { sampleDatabase } from '../support/sample-database.ts';
import { closeWindow, openWindow, recordMove, recordTopology } from './worker-records.ts';

/** How the operations of a database go. */
export interface Script {
  /** Milliseconds that a step takes. */
  readonly msPerStep?: number;
  /** It stays at these steps until the script is changed. */
  readonly staysAt?: readonly number[];
  /** This step fails. */
  readonly failsAt?: number | null;
  /** Of one that fails: what it says, and what the rollback cannot remove. */
  readonly error?: Partial<Pick<OperationError, 'code' | 'message' | 'left_over'>>;
}

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

export interface PlayedWorker {
  /** By the database's name. */
  readonly scripts: Map<string, Script>;
  /** Of every database without one of its own. */
  usual: Script;
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
  const runs = new Map<string, Run>();
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

interface Run extends Context {
  readonly id: string;
  readonly plan: Plan;
  readonly database: Database;
  readonly options: OperationOptions;
  readonly messages: Set<string>;
  readonly begun: number[];
  ended: Promise<void>;
  isStopped: boolean;
  isPaused: boolean;
}

const openRun = async (context: Context, workflow: string, input: Input): Promise<Run> => {
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

class StepFailed extends Error {
  readonly step: number;
  constructor(step: number) {
    super(`step ${step} fails`);
    this.step = step;
  }
}
class Aborted extends Error {}
class Stopped extends Error {}

const scriptOf = ({ worker, database }: Run): Script => ({ ...worker.usual, ...worker.scripts.get(database.name) });

/** Milliseconds between two looks at what the script says. */
const tick = 20;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const until = async (run: Run, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    run.isPaused = true;
    if (run.isStopped) throw new Stopped();
    await pause(tick);
  }
  run.isPaused = false;
};

const play = async (run: Run): Promise<void> => {
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

const end = (run: Run, status: Exclude<OperationStatus, 'running'>, error: OperationError | null) =>
  run.store.endOperation({
    id: run.id,
    status,
    error,
    stall_ms: status === 'done' && run.plan.expected_stall_ms > 0 ? 215 : null,
    ...(status === 'done' && run.plan.point_of_no_return !== null && { hand_over: handOver() }),
  });

const handOver = () => ({
  held_at: new Date(Date.now() - 900).toISOString(),
  stopped_ms: 38,
  proven_ms: 50,
  promoted_ms: 111,
  routed_ms: 155,
  probed_ms: 186,
  resumed_ms: 215,
  poolers: [{ name: 'pgbouncer-1', waiting_max: 17 }],
});

const playBlocks = async (run: Run, blocks: readonly Block[]): Promise<void> => {
  for (const block of blocks) {
    if ('step' in block) await playStep(run, block.step);
    else if ('lanes' in block) await settled(block.lanes.map((lane) => playBlocks(run, lane)));
    else await playBlocks(run, block.blocks);
  }
};

/** A lane that fails waits for its neighbours, as in the workflow. */
const settled = async (lanes: readonly Promise<void>[]): Promise<void> => {
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};

const playStep = async (run: Run, step: number): Promise<void> => {
  const { store, plan, id, options, messages } = run;
  const { name, run: call, waits_for_signal } = plan.steps[step]!;
  const at = { operation: id, step };
  if (messages.has('abort')) throw new Aborted();
  if (waits_for_signal && options.cutover === 'on_signal') {
    const detail = `${readyToCutOver}: replication lag 0 B. ./pgrow cutover ${run.database.name}`;
    await waitFor(run, step, { detail, message: 'cutover', seconds: options.cutover_deadline });
  }
  const grace = traitsOf(plan)[step]?.grace_seconds ?? null;
  if (grace !== null)
    await waitFor(run, step, { detail: 'clients to leave by themselves', message: 'confirm', seconds: grace });
  run.begun.push(step);
  await store.stepStarted(at);
  const isStaying = () => scriptOf(run).staysAt?.includes(step) ?? false;
  await showWhileItRuns(run, step, name);
  await until(run, () => !isStaying() || messages.has('abort'));
  if (messages.has('abort') && !plan.steps[step]!.point_of_no_return) throw new Aborted();
  if (scriptOf(run).failsAt === step) throw new StepFailed(step);
  if (call.action === 'recordTopology') await recordTopology(store, run, call.input.topology);
  if (call.action === 'takeSnapshot' && plan.snapshot)
    await store.recordSnapshot({
      ...plan.snapshot,
      service_id: run.database.id,
      operation_id: id,
      bytes: snapshotBytes,
      verified_at: new Date().toISOString(),
    });
  await store.stepEnded({ ...at, status: 'done' });
};

/** Until the message comes, or the time is over. */
const waitFor = async (
  run: Run,
  step: number,
  { detail, message, seconds }: { readonly detail: string; readonly message: string; readonly seconds: number },
): Promise<void> => {
  const over = Date.now() + seconds * 1000;
  await run.store.stepWaits({ operation: run.id, step, detail });
  await until(run, () => run.messages.has(message) || run.messages.has('abort') || Date.now() > over);
  if (run.messages.has('abort')) throw new Aborted();
};

const megabyte = 1024 * 1024;
const snapshotBytes = 78 * megabyte;
const databaseBytes = 755 * megabyte;

/** A copy counts its bytes; a wait says what it waits for. */
const showWhileItRuns = async (run: Run, step: number, name: string): Promise<void> => {
  const { msPerStep = 0, staysAt } = scriptOf(run);
  const at = { operation: run.id, step };
  const parts = 4;
  for (let part = 1; part <= parts && !run.messages.has('abort'); part += 1) {
    if (run.isStopped) throw new Stopped();
    const done = Math.round((databaseBytes * part) / (parts + 1));
    if (msPerStep > 0 || staysAt?.includes(step)) await run.store.stepDetail({ ...at, ...shown(name, done) });
    if (msPerStep > 0) await pause(msPerStep / parts);
  }
};

const shown = (name: string, done: number) => {
  const none = { progress: null, waiting_for: null, remedy: null };
  if (/^(clone|build|take)/.test(name)) {
    const progress = { done, total: databaseBytes, unit: 'bytes' as const };
    const [mb, all] = [done, databaseBytes].map((bytes) => Math.round(bytes / megabyte));
    return { detail: `${mb} of ${all} MB copied`, seen: { ...none, progress } };
  }
  if (!name.startsWith('wait')) return { detail: '', seen: none };
  const says = 'replication is in state catchup';
  const waiting_for: StepWait = { kind: 'condition', since: new Date().toISOString(), until: null, says };
  return { detail: says, seen: { ...none, waiting_for } };
};

const undo = async (run: Run, error: Error): Promise<void> => {
  const { store, plan, id, begun, database } = run;
  const script = scriptOf(run);
  const left_over = script.error?.left_over ?? [];
  const failed = error instanceof StepFailed ? error.step : null;
  if (failed !== null) await store.stepEnded({ operation: id, step: failed, status: 'failed' });
  for (const [index, step] of begun.toReversed().entries()) {
    if (script.msPerStep) await pause(script.msPerStep / 4);
    const isStuck = left_over.length > 0 && index === 1;
    if (step !== failed) await store.stepEnded({ operation: id, step, status: isStuck ? 'undo_failed' : 'undone' });
  }
  const open = await store.readOpenCheckpoint(database.id);
  if (open?.operation_id === id) await store.closeCheckpoint(open.id);
  const status = left_over.length > 0 ? 'needs_operator' : failed === null ? 'aborted' : 'rolled_back';
  await end(run, status, {
    code: failed === null ? 'aborted' : (script.error?.code ?? 'node_unreachable'),
    message:
      failed === null
        ? `The ${plan.type} of ${database.name} was aborted.`
        : (script.error?.message ?? 'postgres-4 does not answer on port 5432: connection refused.'),
    step: failed === null ? null : plan.steps[failed]!.name,
    left_over,
  });
};
