import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { hasDiedTooOften, meet } from '../domain/retry-budget.ts';
import { leaveMet, metBefore } from './heartbeat.ts';

/**
 * Turns errors into failures without their stack or cause, which could carry data that must not be in a history. `budgetOf`:
 * seconds that an error of this code may last before it is final.
 */
export const toFailure = (error: unknown, budgetOf: (code: ErrorCode) => number): ApplicationFailure => {
  if (error instanceof ApplicationFailure) return error;
  const context = Context.current();
  if (error instanceof CancelledFailure || context.cancellationSignal.aborted) throw new CancelledFailure('cancelled');
  const known = error instanceof PgrowError ? error : new PgrowError('internal', messageOf(error));
  const { code, message, problems } = known;
  const { met, again } = meet(metBefore(context), { code, at: Date.now(), budget: budgetOf(code) });
  if (again) leaveMet(met);
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !again,
    details: problems.length > 0 ? [problems] : [],
  });
};

/** @throws ApplicationFailure that is final, if attempts keep ending without an error */
export const refuseAfterDeaths = (action: string): void => {
  const context = Context.current();
  const { attempt } = context.info;
  if (!hasDiedTooOften(attempt, metBefore(context))) return;
  const message = `The worker died or hung ${attempt - 1} times during ${action}. See its log.`;
  throw ApplicationFailure.nonRetryable(message, 'internal' satisfies ErrorCode);
};
