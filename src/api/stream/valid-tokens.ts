import { PgrowError } from '../../domain/errors.ts';
import type { Store } from '../../store/store.ts';

const lookEveryMs = 1000;

/** What a stream ends with then. */
export const invalidToken = new PgrowError(
  'unauthorized',
  'The token of this stream has been revoked or has expired. Connect with another.',
);

/** Of routes that stream: all of them share one watch. */
export interface TokenWatch {
  readonly tokens: WatchedTokens;
}

export interface WatchedTokens {
  /** @returns ends it */
  watch(tokenId: string, whenInvalid: () => void): () => void;
}

/** Notices tokens that have been revoked or have expired while a stream was open: one query for all streams. */
export const watchTokens = ({ validTokens }: Pick<Store, 'validTokens'>, everyMs = lookEveryMs): WatchedTokens => {
  const watched = new Map<() => void, string>();
  let timer: NodeJS.Timeout | null = null;
  const wait = (): void => {
    // One more may have begun while a look was under way.
    if (timer !== null) clearTimeout(timer);
    timer = watched.size > 0 ? setTimeout(() => void look().finally(wait), everyMs) : null;
  };
  const look = async (): Promise<void> => {
    const asked = [...watched];
    // While the record does not answer, nothing is known of tokens; neither is anything that could be sent.
    const valid = await validTokens([...new Set(watched.values())]).catch(() => null);
    if (valid) for (const [whenInvalid, id] of asked) if (!valid.has(id)) whenInvalid();
  };
  return {
    watch(tokenId, whenInvalid) {
      // Two streams may bring the same function.
      const notice = (): void => whenInvalid();
      watched.set(notice, tokenId);
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
