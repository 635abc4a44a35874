/** Requests that wait for the end of an operation. */
export interface Waiters {
  /** Ends the wait; null, and there is none, where so many wait already. */
  begin(tokenId: string): (() => void) | null;
}

export interface WaitersLimits {
  readonly ofToken: number;
  readonly inAll: number;
}

/** Each looks at its operation five times a second. */
const usualLimits: WaitersLimits = { ofToken: 20, inAll: 100 };

export const limitWaiters = ({ ofToken, inAll }: WaitersLimits = usualLimits): Waiters => {
  const counts = new Map<string, number>();
  let all = 0;
  const add = (tokenId: string, change: 1 | -1) => {
    const count = (counts.get(tokenId) ?? 0) + change;
    all += change;
    if (count === 0) counts.delete(tokenId);
    else counts.set(tokenId, count);
  };
  return {
    begin(tokenId) {
      if (all >= inAll || (counts.get(tokenId) ?? 0) >= ofToken) return null;
      add(tokenId, 1);
      return () => add(tokenId, -1);
    },
  };
};
