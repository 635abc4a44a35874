import type { StepProgress } from './operation.ts';

/**
 * What counts as getting further while something is waited for. A text that changes is no progress in itself: "open for
 * 271 s" becomes "open for 272 s" for as long as nothing happens, and two failures may take turns forever.
 */

/** Times a step's patience that a wait may last in all, however often something new is seen. */
const longestPatiences = 4;

/** Seconds that a wait may last in all while a measure shrinks: a large copy over a slow network takes a day. */
const longestMeasuredSeconds = 172_800;

export interface Sight {
  readonly text: string;
  /** What is left, in bytes or the like: less than ever before is progress. */
  readonly remaining?: number | undefined;
}

export interface WaitProgress {
  /** Returns whether it is a state that was not seen before, so that it is worth being shown. */
  see(sight: Sight, atSeconds: number): boolean;
  /** Seconds since the wait began at which something got further last. */
  lastProgress(): number;
  /** Seconds that the wait may last in all. */
  longest(patienceSeconds: number): number;
}

/** Seconds after which every wait with this patience has ended. */
export const longestWaitSeconds = (patienceSeconds: number): number =>
  Math.max(longestMeasuredSeconds, patienceSeconds * longestPatiences);

/** One wait, which begins at 0 s. */
export const followProgress = (): WaitProgress => {
  const least = new Map<string, number>();
  let last = 0;
  let measured = false;
  return {
    see({ text, remaining = Infinity }, atSeconds) {
      const state = withoutNumbers(text);
      const before = least.get(state);
      if (Number.isFinite(remaining)) measured = true;
      if (before !== undefined && remaining >= before) return false;
      // The first thing that is seen is where the wait begins, not how far it got.
      if (least.size > 0) last = atSeconds;
      least.set(state, remaining);
      return before === undefined;
    },
    lastProgress: () => last,
    longest: (patienceSeconds) => (measured ? longestWaitSeconds(patienceSeconds) : patienceSeconds * longestPatiences),
  };
};

/**
 * How far a wait is, in bytes. Where only what is left is known, what was left first counts as all of it. Null where nothing is
 * measured; while one thing is measured it never shrinks.
 */
export const measureProgress = (): ((
  sight: Sight & { readonly total?: number | undefined },
) => StepProgress | null) => {
  let measured: { readonly state: string; readonly first: number; done: number } | null = null;
  return ({ text, remaining, total }) => {
    if (remaining === undefined || !Number.isFinite(remaining)) {
      measured = null;
      return null;
    }
    const state = withoutNumbers(text);
    if (measured?.state !== state) measured = { state, first: remaining, done: 0 };
    const all = total ?? measured.first;
    if (all <= 0) return null;
    measured.done = Math.min(all, Math.max(measured.done, all - remaining));
    return { done: measured.done, total: all, unit: 'bytes' };
  };
};

/** Names keep theirs: `postgres-2` is another node than `postgres-3`. Positions in the WAL are numbers too. */
export const withoutNumbers = (text: string): string =>
  text.replaceAll(/(?<![\w-])[\dA-F]+\/[\dA-F]+\b/g, '#').replaceAll(/(?<![\w-])\d+(?:\.\d+)?(?![\w-])/g, '#');
