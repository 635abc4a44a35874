import type { QueryClient } from '@tanstack/react-query';
import { isProblem } from '../problem.ts';
import type { System } from '../types.ts';
import { isKept } from './revealed.ts';
import type { Stream } from './stream.ts';

/** What could not be answered is asked again, wherever it is shown. */
export const askAgain = (cache: QueryClient): void =>
  void cache.invalidateQueries({
    predicate: (query) => {
      const { error } = query.state;
      return isKept(query) && isProblem(error) && (error.status === 0 || error.status >= 500);
    },
  });

/** Whether something answers that did not. */
export const isBack = (before: Partial<System>, now: System): boolean =>
  (Object.keys(now) as (keyof System)[]).some((part) => before[part]?.state === 'down' && now[part].state === 'up');

/** When the API is back, also where the page was hidden meanwhile. */
export const askAgainWhenLive = (cache: QueryClient, { connection, onConnection }: Stream): void => {
  let wasLost = false;
  const note = (): void => {
    const { state } = connection();
    if (state === 'reconnecting') wasLost = true;
    if (state !== 'live' || !wasLost) return;
    wasLost = false;
    askAgain(cache);
  };
  note();
  onConnection(note);
};
