import { CancellationScope, CancelledFailure, condition, isCancellation, patched } from '@temporalio/workflow';
import type { ActionContext, ActionResult } from '../../domain/step-actions.ts';
import { sparesWindow } from '../../domain/closed-window.ts';
import type { LeftOver, OpenedOperation } from '../../domain/operation-activities.ts';
import type { Block } from '../../domain/plan.ts';
import { readyToCutOver } from '../../domain/step-record.ts';
import { operationActivities, perform } from '../activities.ts';
import { codeOf, cutOverDeadlineMissed, hasHandedBack } from '../failures.ts';
import { recordStep } from '../operation-metrics.ts';
import type { ProgressBoard } from './progress.ts';
import { newUndoScope, undo, type UndoEntry, type UndoScope } from './undo.ts';

/** Walks a plan. Compensations are registered before their actions begin. */
export interface PlanRun {
  run(): Promise<void>;
  /** Undoes everything that was started, in reverse order; returns what could not be undone. */
  undoAll(): Promise<readonly LeftOver[]>;
  /** Whether the point of no return has been passed. */
  committed(): boolean;
  /** The message that it waits for. */
  waitsFor(): 'cutover' | 'grace period' | null;
  /** Index of the step whose failure ended the run; null if none failed. */
  failedStep(): number | null;
  /** Milliseconds, of all steps; null if no step held writes. */
  stall(): number | null;
}

interface Inputs {
  readonly operation: string;
  readonly opened: OpenedOperation;
  readonly board: ProgressBoard;
  /** The sender that released the cut-over; null if no one has. */
  readonly releasedBy: () => string | null;
  /** Whether the grace period has been cut short. */
  readonly isConfirmed: () => boolean;
  /** Closes the rollback window of the previous operation. Called before every step that acts. */
  readonly closeWindowBefore: (step: number) => Promise<void>;
}

export const createPlanRun = (inputs: Inputs): PlanRun => {
  const { operation, opened, board, releasedBy, isConfirmed, closeWindowBefore } = inputs;
  const { plan, database, resumed } = opened;
  const everything = newUndoScope();
  // A resumed operation has passed its point of no return.
  let committed = resumed !== undefined;
  let waitsFor: 'cutover' | 'grace period' | null = null;
  let failedStep: number | null = null;
  let stall: number | null = null;

  const runBlocks = async (blocks: readonly Block[], scope: UndoScope, attempt: number): Promise<void> => {
    for (const block of blocks) {
      if ('step' in block) await runStep(block.step, scope, attempt);
      else if ('lanes' in block) await runLanes(block.lanes, scope, attempt);
      else await runUnit(block, scope);
    }
  };

  /** Waits until all lanes have stopped before the failure of one of them is thrown. */
  const runLanes = async (lanes: readonly (readonly Block[])[], scope: UndoScope, attempt: number): Promise<void> => {
    const failures: unknown[] = [];
    await CancellationScope.cancellable(async () => {
      const current = CancellationScope.current();
      await Promise.all(
        lanes.map(async (lane) => {
          try {
            await runBlocks(lane, newUndoScope(scope), attempt);
          } catch (error) {
            failures.push(error);
            current.cancel();
          }
        }),
      );
    });
    if (failures.length > 0) throw failures.find((failure) => !isCancellation(failure)) ?? failures[0];
  };

  /** Each attempt uses fresh volumes, slots and tokens. The previous attempt is undone first. */
  const runUnit = async ({ attempts, after, blocks }: Extract<Block, { attempts: number }>, parent: UndoScope) => {
    const scope = newUndoScope(parent);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await runBlocks(blocks, scope, attempt);
        return;
      } catch (error) {
        if (attempt >= attempts || isCancellation(error) || (after && codeOf(error) !== after)) throw error;
        await undo(scope, undoOne);
        if (failedStep !== null && stepsOf(blocks).includes(failedStep)) failedStep = null;
      }
    }
  };

  const runStep = async (index: number, scope: UndoScope, attempt: number): Promise<void> => {
    const step = plan.steps[index]!;
    if (step.waits_for_signal && opened.cutover === 'on_signal' && !resumed) await waitForSignal(index);
    const isDone = attempt === 1 && resumed?.done.includes(index);
    if (!isDone && !sparesWindow(step)) await closeWindowBefore(index);
    if (step.undo.length > 0) scope.entries.push({ step: index, attempt, calls: step.undo });
    if (isDone) return board.mark(index, 'done');
    // An abort that arrived just before must not take effect only after the point of no return.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('called off');
    if (step.point_of_no_return) committed = true;
    board.mark(index, 'running');
    const startedAt = Date.now();
    try {
      const result = await performStep(index, attempt);
      if (result?.stall_ms !== undefined) stall = Math.max(stall ?? 0, result.stall_ms);
    } catch (error) {
      // The action at the point of no return has undone its own changes.
      if (hasHandedBack(error)) committed = false;
      // Of parallel steps, the first failure stops the others.
      if (!isCancellation(error)) failedStep ??= index;
      board.mark(index, 'failed');
      recordStep(step.run.action, isCancellation(error) ? 'cancelled' : 'failed', startedAt);
      throw error;
    }
    board.mark(index, 'done');
    recordStep(step.run.action, 'done', startedAt);
  };

  const performStep = async (index: number, attempt: number): Promise<ActionResult> => {
    const { run: call, name } = plan.steps[index]!;
    if (call.action !== 'gracePeriod') return perform(call, contextOf(index, attempt, 'run'), name);
    await waitForGrace(index, call.input.seconds);
    return {};
  };

  /** A durable timer. `confirm` ends it early, `abort` cancels the operation. */
  const waitForGrace = async (index: number, seconds: number): Promise<void> => {
    board.waitFor(`the grace period of ${seconds} s, or confirm`, 'confirm');
    waitsFor = 'grace period';
    await operationActivities.noteStep({
      operation,
      step: index,
      detail: `${seconds} s of grace; cut it short: ./pgrow confirm ${database.name}`,
    });
    await condition(isConfirmed, `${seconds}s`, { summary: 'grace period' }).finally(() => (waitsFor = null));
    await operationActivities.noteStepDone({ operation, step: index });
    board.waitFor(null);
  };

  const waitForSignal = async (index: number): Promise<void> => {
    board.waitFor('the signal to cut over', 'cutover');
    waitsFor = 'cutover';
    await operationActivities.noteStep({
      operation,
      step: index,
      detail: `${readyToCutOver}: ./pgrow cutover ${database.name}`,
    });
    const signalled = await condition(() => releasedBy() !== null, `${opened.cutover_deadline_seconds}s`, {
      summary: 'deadline of the cut-over',
    }).finally(() => (waitsFor = null));
    board.waitFor(null);
    if (signalled && patched('record-who-released')) {
      await operationActivities.noteRelease({ operation, database: database.id, actor: releasedBy() ?? 'unknown' });
    }
    if (!signalled) throw cutOverDeadlineMissed(database.name, opened.cutover_deadline_seconds);
  };

  const undoOne = async ({ step, attempt }: UndoEntry, call: UndoEntry['calls'][number]): Promise<void> => {
    try {
      await perform(call, contextOf(step, attempt, 'undo'), `undo: ${plan.steps[step]!.name}`);
      board.mark(step, 'undone');
    } catch (error) {
      board.mark(step, 'undo_failed');
      throw error;
    }
  };

  const contextOf = (step: number, attempt: number, direction: ActionContext['direction']): ActionContext => ({
    operation,
    database: database.id,
    step,
    direction,
    attempt,
    patience_seconds: opened.patience_seconds,
    committed,
  });

  return {
    run: () => runBlocks(plan.order, everything, 1),
    undoAll: () => undo(everything, undoOne),
    committed: () => committed,
    waitsFor: () => waitsFor,
    failedStep: () => failedStep,
    stall: () => stall,
  };
};

/** Indexes of all steps in these blocks. */
const stepsOf = (blocks: readonly Block[]): readonly number[] =>
  blocks.flatMap((block) => {
    if ('step' in block) return [block.step];
    return 'lanes' in block ? block.lanes.flatMap(stepsOf) : stepsOf(block.blocks);
  });
