/** Inclusive. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Which sequence numbers of one client were acknowledged, kept as "all up to the last, but for these": a run of hours
 * without failures needs two numbers.
 */
export interface AcknowledgedSequences {
  /** Takes the next sequence number; it counts as not acknowledged until it is. */
  next(): number;
  acknowledge(sequence: number): void;
  readonly count: number;
  readonly last: number;
  /** What was tried up to `last` and not acknowledged. It may or may not be in the database. */
  readonly gaps: readonly SequenceRange[];
}

export const createAcknowledgedSequences = (): AcknowledgedSequences => {
  const gaps: SequenceRange[] = [];
  let last = 0;
  let acknowledged = 0;
  const extendGap = (sequence: number): void => {
    const previous = gaps.at(-1);
    if (previous?.to === sequence - 1) gaps[gaps.length - 1] = { from: previous.from, to: sequence };
    else gaps.push({ from: sequence, to: sequence });
  };
  return {
    next: () => {
      last += 1;
      extendGap(last);
      return last;
    },
    acknowledge: (sequence) => {
      // One transaction at a time per client, so it is always the newest number that is acknowledged.
      const newest = gaps.at(-1);
      if (sequence !== last || newest?.to !== sequence)
        throw new Error(`sequence ${sequence} is not the one in flight`);
      if (newest.from === sequence) gaps.pop();
      else gaps[gaps.length - 1] = { from: newest.from, to: sequence - 1 };
      acknowledged += 1;
    },
    get count() {
      return acknowledged;
    },
    get last() {
      return last;
    },
    get gaps() {
      return [...gaps];
    },
  };
};
