/** Spreads starts evenly over time, across all clients: clients in step would show gaps that are none. */
export interface Pacer {
  /** Takes the next free start; returns the milliseconds until then. */
  take(): number;
}

/** `now` in milliseconds, monotonic. What was missed during a stall is not caught up with. */
export const createPacer = (perSecond: number, now: () => number): Pacer => {
  let next = now();
  return {
    take: () => {
      const start = Math.max(now(), next);
      next = start + 1000 / perSecond;
      return start - now();
    },
  };
};
