import { Context } from '@temporalio/activity';
import type { ActionContext, ActionResult, Actions, ActivityName, StepCall } from '../domain/step-actions.ts';
import { endedAlready, messageOf, PgrowError } from '../domain/errors.ts';
import { budgetOfStep } from '../domain/retry-budget.ts';
import { nothingSeen, type StepSeen } from '../domain/step-record.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { refuseAfterDeaths, toFailure } from './failures.ts';

/** An action as a component's file writes it. */
export type Action<A extends ActivityName> = (input: Actions[A], step: ActionStep) => Promise<ActionResult | void>;

export interface ActionStep extends ActionContext {
  /** Aborts when the operation is called off. */
  readonly signal: AbortSignal;
  /**
   * Shows what the step waits for, or how far it is: for people, and as data. Null: the text stays; and so does what `seen`
   * does not name.
   */
  note(detail: string | null, seen?: Partial<StepSeen>): void;
  /**
   * What the operation's result says of a node that was left as it was (`remarks.ts`); null takes that back. `text` begins with the
   * node's name.
   */
  remark(node: string, text: string | null): void;
}

export interface StepDependencies extends Pick<Dependencies, 'store' | 'log'> {
  /** Resolves when the record of the database is no longer held. */
  readonly untilReleased: (context: ActionContext, signal: AbortSignal) => Promise<void>;
  /** Comes before a step that acts. */
  readonly beforeStep: (context: ActionContext) => Promise<void>;
}

/** An action as a step of an operation: recorded, logged, and tried again for as long as its failures are worth it. */
export const stepActivity =
  <A extends ActivityName>({ store, log, untilReleased, beforeStep }: StepDependencies, name: A, action: Action<A>) =>
  async ({ context, input }: StepCall<A>): Promise<ActionResult> => {
    const fields = { action: name, operation: context.operation, database: context.database, step: context.step };
    const position = { operation: context.operation, step: context.step };
    const forward = context.direction === 'run';
    let seen = nothingSeen;
    const note: ActionStep['note'] = (detail, change = {}) => {
      // All of it each time: of two that are written at once, either may come last.
      seen = { ...seen, ...change };
      void store.stepDetail({ ...position, ...(detail !== null && { detail }), seen }).catch(() => undefined);
    };
    const remarks = new Map<string, string>();
    const began = performance.now();
    try {
      if (context.direction !== 'close') refuseAfterDeaths(name);
      await untilReleased(context, Context.current().cancellationSignal);
      // Not before: while it waited, an operator may have ended the operation on record.
      if (!(await mayAct(store, context))) return {};
      await beforeStep(context);
      if (forward) await store.stepStarted(position);
      log.info({ ...fields, direction: context.direction }, 'step begins');
      const result = await action(input, {
        ...context,
        signal: Context.current().cancellationSignal,
        note,
        remark(node, text) {
          if (text === null) return void remarks.delete(node);
          const line = text.replaceAll(/\s*\n\s*/g, ' ');
          if (remarks.get(node) !== line) note(line);
          remarks.set(node, line);
        },
      });
      const detail = remarks.size === 0 ? null : [...remarks.values()].join('\n');
      if (forward) await store.stepEnded({ ...position, status: 'done', detail });
      if (context.direction === 'undo') await store.stepEnded({ ...position, status: 'undone' });
      log.info({ ...fields, ms: Math.round(performance.now() - began) }, 'step done');
      return result ?? {};
    } catch (error) {
      log.warn({ ...fields, error: messageOf(error) }, 'step failed');
      const failure = toFailure(error, (code) => budgetOfStep(code, name, context));
      if (failure.nonRetryable && context.direction !== 'close') await recordFailure(store, position, forward);
      throw failure;
    }
  };

/**
 * A workflow may be reset in Temporal after its operation has ended, or its window has closed: what it would do once
 * more, or undo, is in use by then. One that began after the backup from which the record comes is not known at all.
 * @throws PgrowError `already_ended`; what a closed window has removed is passed over
 */
const mayAct = async (
  store: Dependencies['store'],
  { operation, direction, database }: ActionContext,
): Promise<boolean> => {
  if (direction === 'close') {
    const window = (await store.listCheckpoints(database)).find(({ id }) => id === operation);
    return window?.status !== 'closed';
  }
  const status = await store.readOperationStatus(operation);
  if (status === 'running') return true;
  if (status === null) throw new PgrowError('already_ended', notOnRecord(operation));
  // What was left to an operator in the middle of its hand-over is undone by the next operation (`left-behind.ts`).
  if (status === 'needs_operator' && direction === 'undo') return true;
  throw new PgrowError('already_ended', endedAlready(operation, status));
};

const notOnRecord = (operation: string): string =>
  `Operation ${operation} is not on record: it began after the backup that was restored, and ends here. ` +
  'See what it left: ./pgrow doctor';

const recordFailure = async (
  store: Dependencies['store'],
  position: { operation: string; step: number },
  forward: boolean,
) => {
  await store.stepEnded({ ...position, status: forward ? 'failed' : 'undo_failed' }).catch(() => undefined);
};
