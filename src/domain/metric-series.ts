import { metricNamed, metricNames, metricOf, type MetricName, type MetricUnit } from './metric-names.ts';
import type { Sample } from './samples.ts';

/** `[when, value]`: milliseconds since the epoch; null where nothing was measured. */
export type Point = readonly [number, number | null];

export interface Series {
  readonly name: MetricName;
  /** Null for what belongs to no node. */
  readonly node: string | null;
  readonly unit: MetricUnit;
  /** All series of an answer have the same times. */
  readonly points: readonly Point[];
}

export interface SeriesWanted {
  /** All by default. */
  readonly names?: readonly MetricName[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly step_ms: number;
}

/** Samples between two points of which nothing is missing: two may be late, three are not. */
const lateSamples = 2.5;
/** Milliseconds: one node that does not answer may delay a reading by several seconds. */
const leastGapMs = 20_000;

/**
 * One point for each step in which something was measured. Where nothing was for longer than samples usually are apart, a point
 * without a value stands in between: a gap stays a gap, and is never zero. `samples`: oldest first.
 * @param apartMs milliseconds between two samples as they were taken at that time
 */
export const seriesOf = (
  samples: readonly Sample[],
  apartMs: (at: number) => number,
  { names = metricNames, from, until, step_ms }: SeriesWanted,
): readonly Series[] => {
  const steps = stepsOf(
    samples.filter(({ at }) => at >= from && at <= until),
    step_ms,
  );
  const times: number[] = [];
  let last: number | null = null;
  const leave = (after: number, before: number): void => {
    const longest = Math.max(leastGapMs, lateSamples * Math.max(step_ms, apartMs(after)));
    if (before - after > longest) times.push(after + step_ms);
  };
  for (const time of steps.keys()) {
    if (last !== null) leave(last, time);
    times.push(time);
    last = time;
  }
  if (last !== null) leave(last, until);
  const keys = new Set([...steps.values()].flatMap((values) => [...values.keys()]));
  return [...keys]
    .flatMap((key) => {
      const metric = metricOf(key);
      if (!metric || !names.includes(metric.name)) return [];
      const points = times.map((time): Point => [time, steps.get(time)?.get(key) ?? null]);
      return [{ ...metric, unit: metricNamed(metric.name).unit, points }];
    })
    .toSorted((one, other) => rank(one) - rank(other) || (one.node ?? '').localeCompare(other.node ?? ''));
};

const rank = ({ name }: Pick<Series, 'name'>): number => metricNames.indexOf(name);

/** One sample for each step, at its beginning. */
export const combineSteps = (samples: readonly Sample[], step_ms: number): readonly Sample[] =>
  [...stepsOf(samples, step_ms)].map(([at, values]) => ({ at, values: Object.fromEntries(values) }));

/** By the beginning of each step, what was measured in it as one value. */
const stepsOf = (samples: readonly Sample[], step_ms: number): ReadonlyMap<number, ReadonlyMap<string, number>> => {
  const measured = Map.groupBy(samples, ({ at }) => Math.floor(at / step_ms) * step_ms);
  return new Map([...measured].map(([time, within]) => [time, combined(within)]));
};

const combined = (samples: readonly Sample[]): ReadonlyMap<string, number> => {
  const byKey = new Map<string, number[]>();
  for (const { values } of samples)
    for (const [key, value] of Object.entries(values)) {
      const known = byKey.get(key);
      if (known) known.push(value);
      else byKey.set(key, [value]);
    }
  return new Map([...byKey].map(([key, values]) => [key, rounded(combine(key, values))]));
};

const combine = (key: string, values: readonly number[]): number => {
  const metric = metricOf(key);
  if (metric && metricNamed(metric.name).combined === 'most') return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

/** More digits than a picture shows would only make answers long. */
const rounded = (value: number): number => Number(value.toPrecision(5));
