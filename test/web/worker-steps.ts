import type { StepWait } from '../../src/domain/operation.ts';
import type { Block } from '../../src/domain/plan.ts';
import { readyToCutOver } from '../../src/domain/step-record.ts';
import { traitsOf } from '../../src/domain/step-traits.ts';
import { Aborted, pause, scriptOf, StepFailed, Stopped, until, type Run } from './played-run.ts';
import { recordTopology } from './worker-records.ts';

/** Goes through steps as the plan orders them. @throws StepFailed, Aborted, Stopped */
export const playBlocks = async (run: Run, blocks: readonly Block[]): Promise<void> => {
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
