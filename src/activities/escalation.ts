import { nextMove } from '../domain/remedies.ts';

/** One fault over all looks of a wait: how long it has lasted, and what has been done about it. */
export interface Escalation<R> {
  /** The fault is still there: returns what to do now. A remedy counts as applied from then on, whatever its outcome. */
  faultSeen(): R | 'wait' | 'give up';
  /** The fault is gone, or nothing can be done about it now. */
  faultGone(): void;
  /** Oldest first. */
  readonly applied: readonly R[];
}

/** `at once`: the first remedy is applied without waiting for the fault to pass by itself. */
export const createEscalation = <R>(
  remedies: readonly R[],
  patienceSeconds: number,
  first: 'settled' | 'at once' = 'settled',
): Escalation<R> => {
  const applied: R[] = [];
  let since: number | null = first === 'at once' ? -Infinity : null;
  return {
    applied,
    faultSeen() {
      since ??= performance.now();
      const seconds = (performance.now() - since) / 1000;
      const move = nextMove({ remedies, applied: applied.length, seconds, patienceSeconds });
      if (move !== 'wait' && move !== 'give up') {
        applied.push(move);
        since = null;
      }
      return move;
    },
    faultGone() {
      since = null;
    },
  };
};
