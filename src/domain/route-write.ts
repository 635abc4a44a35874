import { codeOfConnection } from './connection-errors.ts';
import { messageOf, PgrowError, withoutStop } from './errors.ts';
import { refusalOf, serverWordOf } from './login-refusal.ts';

/** What became of one write through one of the ways that clients write. */
export interface RouteWrite {
  /** `front:5432`. */
  readonly route: string;
  /** `front`: the way of every client outside the network. `inner`: a router or pooler behind it. */
  readonly place: 'front' | 'inner';
  readonly outcome: 'acknowledged' | Unacknowledged;
  /** Why it was not acknowledged; null if it was. */
  readonly says: string | null;
}

/**
 * `failed`: a server, pooler or router on the way refused it, or is known not to run. `silent`: nothing was heard in time.
 * `unseen`: pgrow could not try, as when its login is refused; clients may well write.
 */
export type Unacknowledged = 'failed' | 'silent' | 'unseen';

/** How a write counts that ended in this error. */
export const outcomeOf = (error: unknown): Unacknowledged => {
  const refusal = refusalOf(error);
  if (refusal === 'access' || refusal === 'full') return 'unseen';
  const said = serverWordOf(error);
  if (said) return failedStates.test(said.state) ? 'failed' : 'unseen';
  if (error instanceof PgrowError && error.code === 'docker_unavailable') return 'unseen';
  if (/time-?out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i.test(messageOf(error))) return 'silent';
  const broken = codeOfConnection(error, 'internal') === 'no_answer';
  return broken || (error instanceof PgrowError && error.code === 'no_answer') ? 'failed' : 'unseen';
};

/** A server in recovery, without disk or memory, starting or ending; a pooler that found no server. */
const failedStates = /^(25006|53100|53200|08P01|57P0.)$/;

/** For sentences: `front:5432 (no answer within 4000 ms)`. */
export const writeText = ({ route, says }: RouteWrite): string =>
  says === null ? route : `${route} (${withoutStop(says)})`;
