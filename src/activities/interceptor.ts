import { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { StepCall } from '../domain/step-actions.ts';
import { isStep } from '../domain/activity-kinds.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { budgetAround, budgetOfStep } from '../domain/retry-budget.ts';
import { toFailure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

/** Around every activity: heartbeats, and errors as failures of the catalogue. A step has judged its own by then. */
export const activityInterceptor: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await withHeartbeat(() => next(input));
      } catch (error) {
        throw toFailure(error, budgetOf(Context.current().info.activityType, input.args));
      }
    },
  },
});

const budgetOf =
  (activity: string, [call]: readonly unknown[]) =>
  (code: ErrorCode): number =>
    isStep(activity) ? budgetOfStep(code, activity, (call as StepCall).context) : budgetAround(code, activity);
