import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import {
  sweptActions,
  type ActionContext,
  type ActionResult,
  type Actions,
  type ActivityName,
  type StepCall,
} from '../domain/actions.ts';
import { endedAlready, isSilence, messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import type { Dependencies } from '../nodes/dependencies.ts';

/** An action as a component's file writes it. */
export type Action<A extends ActivityName> = (input: Actions[A], step: ActionStep) => Promise<ActionResult | void>;

export interface ActionStep extends ActionContext {
  /** Aborts when the operation is called off. */
  readonly signal: AbortSignal;
  /** Shows what the step waits for, or how far it is. */
  note(detail: string): void;
}

/** Often enough that a worker that died is noticed, and that a cancellation arrives, within a second or two. */
const heartbeatIntervalMs = 1000;

/** How often Temporal runs an attempt again after an error that may pass by itself. */
const attemptsAtInternalErrors = 5;

/** Wraps an action into the activity that Temporal runs: heartbeat, progress, log and errors of the catalogue. */
export const stepActivity =
  <A extends ActivityName>({ store, log }: Pick<Dependencies, 'store' | 'log'>, name: A, action: Action<A>) =>
  async ({ context, input }: StepCall<A>): Promise<ActionResult> => {
    const fields = { action: name, operation: context.operation, database: context.database, step: context.step };
    const position = { operation: context.operation, step: context.step };
    const forward = context.direction === 'run';
    const heartbeat = setInterval(() => Context.current().heartbeat(), heartbeatIntervalMs);
    const began = performance.now();
    try {
      if (!(await mayAct(store, context))) return {};
      if (forward) await store.stepStarted(position);
      log.info({ ...fields, direction: context.direction }, 'step begins');
      const result = await action(input, {
        ...context,
        signal: Context.current().cancellationSignal,
        note: (detail) => void store.stepDetail({ ...position, detail }).catch(() => undefined),
      });
      if (forward) await store.stepEnded({ ...position, status: 'done' });
      if (context.direction === 'undo') await store.stepEnded({ ...position, status: 'undone' });
      log.info({ ...fields, ms: Math.round(performance.now() - began) }, 'step done');
      return result ?? {};
    } catch (error) {
      log.warn({ ...fields, error: messageOf(error) }, 'step failed');
      // Nobody waits for what closing removes, and there is no other way to get rid of it: tried again whatever it was.
      const failure = toFailure(error, context.direction === 'close' || isWaitedFor(name, context, error));
      if (failure.nonRetryable) await recordFailure(store, position, forward);
      throw failure;
    } finally {
      clearInterval(heartbeat);
    }
  };

/**
 * Somebody may reset a workflow in Temporal after its operation has ended, or its window has closed: what it would do once
 * more, or undo, is in use by then.
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
  if (status === null || status === 'running') return true;
  // What was left to an operator in the middle of its hand-over is put back by the next operation (`left-behind.ts`).
  if (status === 'needs_operator' && direction === 'undo') return true;
  throw new PgrowError('already_ended', endedAlready(operation, status));
};

/**
 * Tries of an action whose node does not answer. Where it can be undone about a minute: a server that crashed is back by
 * then. Where it cannot, about five: a node that is paused for a while is no case for an operator.
 */
const attemptsAtSilence = { undoable: 15, committed: 60 } as const;

/**
 * A node that is away for a moment is waited for. What is not undone is left to an operator, so there also one that is not
 * ready in time; going forward that has been waited for already.
 */
const isWaitedFor = (name: ActivityName, { direction, committed }: ActionContext, error: unknown): boolean => {
  const attempts = attemptsAtSilence[committed === true ? 'committed' : 'undoable'];
  if (!isSilence(error) || Context.current().info.attempt >= attempts) return false;
  return direction === 'undo' ? !sweptActions.includes(name) : error.code === 'no_answer';
};

const recordFailure = async (
  store: Dependencies['store'],
  position: { operation: string; step: number },
  forward: boolean,
) => {
  await store.stepEnded({ ...position, status: forward ? 'failed' : 'undo_failed' }).catch(() => undefined);
};

/** Errors of pgrow's own surroundings, which Temporal meets by trying the same once more. */
const passing: readonly ErrorCode[] = ['docker_unavailable', 'metadata_unavailable'];

/** Errors become failures without their stack or cause, which could carry what belongs in no history. */
export const toFailure = (error: unknown, patient = false): ApplicationFailure => {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof CancelledFailure || Context.current().cancellationSignal.aborted)
    throw new CancelledFailure('cancelled');
  const known = error instanceof PgrowError ? error : new PgrowError('internal', messageOf(error));
  const mayPass =
    patient ||
    passing.includes(known.code) ||
    (known.code === 'internal' && Context.current().info.attempt < attemptsAtInternalErrors);
  return ApplicationFailure.create({
    type: known.code,
    message: known.message,
    nonRetryable: !mayPass,
    details: known.problems.length > 0 ? [known.problems] : [],
  });
};
