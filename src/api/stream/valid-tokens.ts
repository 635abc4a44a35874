import { PgrowError } from '../../domain/errors.ts';
import type { Store } from '../../store/store.ts';
import type { Identity } from '../../store/tokens.ts';

const lookEveryMs = 1000;

const invalidToken = new PgrowError(
  'unauthorized',
  'The token of this stream has been revoked or has expired. Connect with another.',
);
const endedSession = new PgrowError('unauthorized', 'The session of this stream has ended. Sign in again: ./pgrow web');

/** Of routes that stream: all of them share one watch. */
export interface TokenWatch {
  readonly tokens: WatchedTokens;
}

/** What is watched of a caller: the session if there is one, which ends with its token; otherwise the token. */
type Watched = Pick<Identity, 'token_id' | 'session'>;

export interface WatchedTokens {
  /**
   * @param whenInvalid gets what the stream ends with
   * @returns ends it
   */
  watch(caller: Watched, whenInvalid: (why: PgrowError) => void): () => void;
}

/**
 * Notices tokens that have been revoked or have expired, and sessions that have ended, while a stream was open: one query for all
 * streams of either.
 */
export const watchTokens = (
  { validTokens, validSessions }: Pick<Store, 'validTokens' | 'validSessions'>,
  everyMs = lookEveryMs,
): WatchedTokens => {
  const watched = new Map<(why: PgrowError) => void, Watched>();
  let timer: NodeJS.Timeout | null = null;
  const wait = (): void => {
    // One more may have begun while a look was under way.
    if (timer !== null) clearTimeout(timer);
    timer = watched.size > 0 ? setTimeout(() => void look().finally(wait), everyMs) : null;
  };
  const look = async (): Promise<void> => {
    const asked = [...watched];
    const sessions = asked.flatMap(([, { session }]) => session?.id ?? []);
    const tokens = asked.flatMap(([, { session, token_id }]) => (session ? [] : token_id));
    // While the record does not answer, nothing is known of tokens; neither is anything that could be sent.
    const valid = await Promise.all([validTokens([...new Set(tokens)]), validSessions([...new Set(sessions)])]).catch(
      () => null,
    );
    if (!valid) return;
    const [validTokenIds, validSessionIds] = valid;
    for (const [whenInvalid, { session, token_id }] of asked) {
      if (session && !validSessionIds.has(session.id)) whenInvalid(endedSession);
      if (!session && !validTokenIds.has(token_id)) whenInvalid(invalidToken);
    }
  };
  return {
    watch(caller, whenInvalid) {
      // Two streams may bring the same function.
      const notice = (why: PgrowError): void => whenInvalid(why);
      watched.set(notice, caller);
      if (timer === null) wait();
      return () => {
        watched.delete(notice);
        if (watched.size > 0 || timer === null) return;
        clearTimeout(timer);
        timer = null;
      };
    },
  };
};
