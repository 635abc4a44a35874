import { serverNow } from '../clock.ts';
import { isProblem } from '../problem.ts';
import { type Connection, waitBeforeAttempt } from './connection.ts';

/** When a connection that was lost is tried again, and what is said of it meanwhile. */
export const createAttempts = (random: () => number) => {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let since: number | null = null;
  let areOver = false;
  return {
    /** One has failed; `attempt` is the next. */
    plan(error: unknown, attempt: () => void): Connection {
      const wait = waitBeforeAttempt(failures, random);
      failures += 1;
      since ??= serverNow();
      waiting = setTimeout(attempt, wait);
      const refused = isProblem(error) && error.status > 0 ? error.message : null;
      return { state: 'reconnecting', since, retryAt: serverNow() + wait, refused };
    },
    cancel: () => clearTimeout(waiting),
    /** None is made before `beginAgain`. */
    giveUp(): void {
      clearTimeout(waiting);
      areOver = true;
    },
    beginAgain(): void {
      failures = 0;
      areOver = false;
    },
    areOver: (): boolean => areOver,
    /** It is open; only when something comes it is known to work. */
    noteOpen(): void {
      since = null;
    },
    noteWorks(): void {
      failures = 0;
    },
  };
};
