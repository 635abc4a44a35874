import { rmSync } from 'node:fs';
import { postgresPath } from '../src/cli/api-client.ts';
import type { OperationDocument } from '../src/domain/operation.ts';
import { databaseFaults, nodesIn, type ChaosCase } from './cases.ts';
import type { Chaos } from './chaos.ts';
import { examine, findLeftovers, type Verdict } from './invariants.ts';
import { operationNamed, type ChaosOperation, type State } from './operations.ts';
import { arm, standingStill, wake } from './processes.ts';
import { findDatabase, loseNodes, startOperation, type Started } from './run-operation.ts';
import { strike, type Struck, type Target } from './strike.ts';
import { letWrite, noWriters, stopWriting, type Wrote } from './writers.ts';

export interface CaseResult extends Omit<Wrote, 'violations'> {
  readonly id: string;
  readonly operation: string;
  readonly step: string;
  readonly fault: string;
  readonly moment: string;
  /** `not reached` when the operation never came there, `stuck` when it never ended. */
  readonly ended: OperationDocument['status'] | 'not reached' | 'stuck';
  /** What was seen of the fault; null when nothing was. */
  readonly effect: string | null;
  readonly leftovers: readonly string[];
  readonly seconds: number;
  /** What must not be; none in a case that held. */
  readonly violations: readonly string[];
}

/** Until the worker stands still; steps before may have to copy a database. */
const reachedMs = 180_000;

/** One operation of a database that is where the operation begins, with one fault in it, while clients write. */
export const runCase = async (chaos: Chaos, it: ChaosCase, database: string): Promise<CaseResult> => {
  const operation = operationNamed(it.operation);
  const began = performance.now();
  const violations: string[] = [];
  const note = (error: unknown): void => void violations.push(error instanceof Error ? error.message : String(error));
  // Before clients write: what fails with the lost nodes is none of the operation's.
  await loseNodes(chaos, operation, database);
  const isServed = [operation.from, operation.to].every((state) => state !== 'none' && state !== 'stopped');
  const workload = isServed ? await letWrite(chaos, database) : null;
  let ended: OperationDocument | null = null;
  let struck: Struck | null = null;
  let effect: string | null = null;
  let reached = false;
  try {
    arm(chaos, it.abortAt === null ? it.breakpoint : { step: it.abortAt, at: 'begin' });
    const starting = startOperation(chaos, operation, database);
    let started: Started | null = null;
    void starting.then((known) => (started = known)).catch(() => undefined);
    const isOver = (): boolean => started?.hasEnded() ?? false;
    reached = await standingStill(chaos, isOver, reachedMs);
    if (reached && it.abortAt !== null) reached = await callOff(chaos, it, database, isOver);
    if (reached) struck = await strike(chaos, it, await targetOf(chaos, it, database, started));
    ended = await (await starting).ended();
    effect = struck?.effect() ?? null;
  } catch (error) {
    note(error);
  } finally {
    rmSync(chaos.breakpointFile, { force: true });
    if (!struck) wake(chaos);
    await struck?.tidy().catch(note);
  }
  if (!reached) note('the worker never came to this line');
  if (ended && !mayEndAs(it, ended)) note(`${ended.status}: ${ended.error?.step ?? ''} ${ended.error?.message ?? ''}`);
  // What was undone lacks what was lost before: it is repeated, without a fault.
  if (operation.lost && ended && ended.status !== 'done') {
    const again = await startOperation(chaos, operation, database)
      .then((started) => started.ended())
      .catch(note);
    if (again && again.status !== 'done') note(`${again.status} without a fault: ${again.error?.message ?? ''}`);
  }
  const verdict = ended ? await judge(chaos, operation, database, ended).catch(failed) : failed('it never ended');
  const { violations: seenByClients, ...wrote } = workload
    ? await stopWriting(workload, { mayFail: mayFail(it, operation), mayLose: operation.kills === true })
    : noWriters;
  return {
    id: it.id,
    operation: it.operation,
    step: it.step,
    fault: it.role === null ? it.fault : `${it.fault} (${it.role})`,
    moment: it.moment,
    ended: ended ? (reached ? ended.status : 'not reached') : 'stuck',
    effect,
    leftovers: verdict.leftovers,
    ...wrote,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    violations: [
      ...violations,
      ...verdict.violations,
      ...verdict.leftovers.map((what) => `left over: ${what}`),
      ...seenByClients,
    ],
  };
};

/** Only where nodes die or clients come without a pooler, which the operation may also be about to remove. */
const mayFail = ({ fault }: ChaosCase, { from, to, kills }: ChaosOperation): boolean => {
  const unpooled: readonly State[] = ['none', 'single'];
  return (
    kills === true ||
    !['worker', 'temporal', 'control-plane', 'changed-settings'].includes(fault) ||
    unpooled.includes(from) ||
    unpooled.includes(to)
  );
};

const mayEndAs = ({ abortAt }: ChaosCase, { status }: OperationDocument): boolean =>
  status === 'done' || status === 'rolled_back' || (status === 'aborted' && abortAt !== null);

/** Calls it off while it stands at its last look, and waits until it stands again where it is being undone. */
const callOff = async (chaos: Chaos, it: ChaosCase, database: string, isOver: () => boolean): Promise<boolean> => {
  await chaos.api.post(postgresPath(database, 'abort'), {});
  arm(chaos, it.breakpoint);
  wake(chaos);
  return standingStill(chaos, isOver, reachedMs);
};

const targetOf = async (chaos: Chaos, it: ChaosCase, database: string, started: Started | null): Promise<Target> => {
  if (it.role === null) {
    const hit = databaseFaults.includes(it.fault) ? await findDatabase(chaos, database) : null;
    return { database: hit, operation: '', node: null };
  }
  const plan = started && (await chaos.store.readPlan(started.id));
  const step = plan?.steps[it.breakpoint.step ?? -1];
  if (!started || step?.run.action !== it.action) throw new Error(`the plan has ${step?.name ?? 'no such step'} there`);
  const node = nodesIn(step.run)[it.role] ?? null;
  return { database: await findDatabase(chaos, database), operation: started.id, node };
};

const judge = async (
  chaos: Chaos,
  operation: ChaosOperation,
  database: string,
  ended: OperationDocument,
): Promise<Verdict> => {
  const restsAt = ended.status === 'done' ? operation.to : operation.from;
  if (restsAt !== 'none') return examine(chaos, database, ended, restsAt === 'stopped');
  const record = await findDatabase(chaos, database);
  return {
    leftovers: await findLeftovers(chaos, database, ended),
    violations: record ? [`${database} is still on record`] : [],
  };
};

const failed = (error: unknown): Verdict => ({ leftovers: [], violations: [String(error)] });
