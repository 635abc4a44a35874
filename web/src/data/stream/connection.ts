/** Whether what is shown is kept up to date. */
export type Connection =
  /** Not yet, or nobody looks at this page. */
  | { readonly state: 'idle' }
  | { readonly state: 'live' }
  | {
      readonly state: 'reconnecting';
      /** Times in milliseconds since 1970, by the server's clock. */
      readonly since: number;
      readonly retryAt: number;
      /** What the API said; null where it does not answer at all. */
      readonly refused: string | null;
    }
  | { readonly state: 'signed_out' };

const longestWaitMs = 30_000;

/** Milliseconds before the next attempt: 1, 2, 4 … 30 s, each up to a fifth shorter or longer, so that not all pages come at once. */
export const waitBeforeAttempt = (failures: number, random: () => number): number =>
  Math.min(longestWaitMs, 1000 * 2 ** failures) * (0.8 + random() * 0.4);
