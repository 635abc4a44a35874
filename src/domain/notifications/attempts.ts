/** How often a message is sent again to one that does not take it: ten times within a day, the first ones soon. */

/** Seconds between two attempts, in turn. */
const pausesSeconds = [20, 60, 180, 600, 1800, 5400, 14_400, 28_800, 28_800] as const;

export const mostAttempts = pausesSeconds.length + 1;

/** Seconds. What a receiver asks for is granted up to the longest pause. */
const longestPauseSeconds = 28_800;

/**
 * Seconds after an attempt, counted from 1, until the next.
 * @param asked what the receiver asked for (`Retry-After`); null for nothing
 */
export const pauseAfter = (attempt: number, asked: number | null): number =>
  Math.min(longestPauseSeconds, Math.max(pausesSeconds[attempt - 1] ?? longestPauseSeconds, asked ?? 0));

/** Seconds, for `Retry-After: 120` or `Retry-After: Sun, 29 Nov 2026 16:00:00 GMT`; null for anything else. `now`: milliseconds. */
export const retryAfterSeconds = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
};

/** Whether a receiver that answers with this status will not take the same message later. Redirects are not followed. */
export const isFinalStatus = (status: number): boolean =>
  status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;

/** The receiver wants no message ever again (Standard Webhooks: the endpoint is to be disabled). */
export const goneStatus = 410;
