export const percentileNames = ['p50', 'p90', 'p99', 'max'] as const;
export type PercentileName = (typeof percentileNames)[number];
export type Percentiles = Readonly<Record<PercentileName, number>>;

/** Each is one of the values: the smallest that so many of the values do not exceed. Null when there are no values. */
export const percentilesOf = (values: readonly number[]): Percentiles | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const percentile = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
  return { p50: percentile(50), p90: percentile(90), p99: percentile(99), max: percentile(100) };
};
