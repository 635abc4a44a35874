import { leastTrendMs, newestMs, trendMs } from './advice-limits.ts';
import { combineSteps } from './metric-series.ts';
import type { Sample } from './samples.ts';
import { recordedStepMs } from './sampling.ts';

/** What a number was over the last minutes. */
export interface Trend {
  /** The one in the middle. */
  readonly median: number;
  /** Nineteen of twenty are at most this. */
  readonly high: number;
  /** Of the time in which this holds. */
  share(holds: (value: number) => boolean): number;
  /** Of the newest one, milliseconds since the epoch. */
  readonly at: number;
  readonly over_ms: number;
}

/** Of a key of the samples; null where it was not measured for long enough, or not lately. */
export const trendsOf = (samples: readonly Sample[], now: number): ((key: string) => Trend | null) => {
  // Someone who looks has it measured more often: each half minute counts the same.
  const steps = combineSteps(
    samples.filter(({ at }) => at > now - trendMs),
    recordedStepMs,
  );
  return (key) => {
    const measured = steps.flatMap(({ at, values }) => (values[key] === undefined ? [] : [{ at, value: values[key] }]));
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last || last.at - first.at < leastTrendMs || now - last.at > newestMs) return null;
    const values = measured.map(({ value }) => value).toSorted((one, other) => one - other);
    const part = (share: number) => values[Math.min(values.length - 1, Math.floor(values.length * share))]!;
    return {
      median: part(0.5),
      high: part(0.95),
      share: (holds) => values.filter(holds).length / values.length,
      at: last.at,
      over_ms: last.at - first.at,
    };
  };
};
