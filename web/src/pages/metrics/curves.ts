import type { Metrics, Series } from '../../data/types.ts';
import { timeText } from '../../format/times.ts';
import { type ChartKind, valueText } from './charts.ts';

export interface Curve {
  readonly label: string;
  readonly unit: Series['unit'];
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface Curves {
  /** Milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
}

/** What one chart shows of an answer. */
export const curvesOf = ({ series }: Metrics, kind: ChartKind): Curves => {
  const own = kind.names.flatMap((name) => withTotal(series.filter((each) => each.name === name)));
  const limits = own.filter(({ name }) => name === 'connections_limit');
  // All servers take as many: one line says it.
  const shown = own.filter((each) => !limits.includes(each) || each === limits[0]);
  const nodes = new Set(shown.filter(({ name }) => kind.words?.[name] !== undefined).map(({ node }) => node));
  return {
    times: series[0]?.points.map(([at]) => at) ?? [],
    curves: shown.map(({ name, node, unit, points }) => {
      const word = kind.words?.[name];
      const isAlone = name === 'connections_limit' || nodes.size < 2 || node === null;
      return {
        label: word === undefined ? (node ?? name) : isAlone ? word : `${word} ${node}`,
        unit,
        values: points.map(([, value]) => value),
      };
    }),
  };
};

const summed: ReadonlySet<Series['name']> = new Set([
  'connections_active',
  'connections_idle',
  'connections_idle_in_transaction',
]);

/** What connections do is of interest for all servers together. */
const withTotal = (series: readonly Series[]): readonly Series[] => {
  const [first] = series;
  if (!first || !summed.has(first.name)) return series;
  const points = first.points.map(([at], index): [number, number | null] => {
    const values = series.map((each) => each.points[index]?.[1] ?? null).filter((value) => value !== null);
    return [at, values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)];
  });
  return [{ ...first, node: null, points }];
};

/** `Now 42 on postgres-4 and 30 on postgres-5; at most 51, at 18:02.` */
export const summaryOf = ({ times, curves }: Curves, kind: ChartKind): string => {
  const measured = curves.filter(({ values }) => values.some((value) => value !== null));
  if (measured.length === 0) return kind.none;
  const last = measured.map(({ label, unit, values }) => {
    const value = values.at(-1) ?? null;
    return value === null ? null : `${label} ${valueText(value, unit)}`;
  });
  const now = last.filter((text) => text !== null);
  const most = highest(times, measured);
  const peak = `at most ${valueText(most.value, most.unit)}, at ${timeText(new Date(most.at).toISOString())}`;
  if (now.length === 0) return `Not measured now; ${peak}.`;
  return `Now ${listed(now)}; ${peak}.`;
};

const highest = (times: readonly number[], curves: readonly Curve[]) => {
  let most = { value: Number.NEGATIVE_INFINITY, unit: curves[0]!.unit, at: 0 };
  for (const { label, unit, values } of curves) {
    if (label === 'limit') continue;
    for (const [index, value] of values.entries())
      if (value !== null && value > most.value) most = { value, unit, at: times[index]! };
  }
  return most;
};

const listed = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)!}`;

type Points = Series['points'];

/**
 * What was known, with what was measured since: that replaces what it covers. Both have the same step. What is older than `since`
 * goes.
 */
export const continued = (known: Metrics, more: Metrics, since: number): Metrics => {
  const from = Date.parse(more.from);
  const keyOf = ({ name, node }: Series): string => `${name}@${node ?? ''}`;
  const older = timesOf(known).filter((at) => at >= since && at < from);
  const newer = timesOf(more);
  const before = new Map(known.series.map((each) => [keyOf(each), each]));
  const after = new Map(more.series.map((each) => [keyOf(each), each]));
  const series = [...new Map([...before, ...after])].map(([key, each]) => ({
    ...each,
    points: [...during(before.get(key), older), ...during(after.get(key), newer)],
  }));
  return { ...more, from: new Date(since).toISOString(), series };
};

const timesOf = ({ series }: Metrics): readonly number[] => series[0]?.points.map(([at]) => at) ?? [];

const during = (series: Series | undefined, times: readonly number[]): Points => {
  const values = new Map(series?.points);
  return times.map((at) => [at, values.get(at) ?? null]);
};
