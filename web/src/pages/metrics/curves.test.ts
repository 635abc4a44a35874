import { expect, test } from 'vitest';
import type { Metrics, Series } from '../../data/types.ts';
import { charts } from './charts.ts';
import { continued, curvesOf, summaryOf } from './curves.ts';

const start = Date.parse('2026-11-21T04:00:00Z');
const series = (
  name: Series['name'],
  node: string | null,
  values: readonly (number | null)[],
  from = start,
): Series => ({
  name,
  node,
  unit: name === 'lag' ? 'bytes' : 'connections',
  points: values.map((value, index) => [from + index * 2000, value]),
});
const metrics = (...all: readonly Series[]): Metrics => ({
  step_ms: 2000,
  from: new Date(all[0]?.points[0]?.[0] ?? start).toISOString(),
  until: new Date(start + 60_000).toISOString(),
  series: [...all],
  says: [],
});
const chart = (id: string) => charts.find((each) => each.id === id)!;

test('shows the limit of connections once, and says what is now and what was most', () => {
  const shown = curvesOf(
    metrics(
      series('connections', 'postgres-1', [10, 42]),
      series('connections', 'postgres-2', [51, 30]),
      series('connections_limit', 'postgres-1', [100, 100]),
      series('connections_limit', 'postgres-2', [100, 100]),
    ),
    chart('connections'),
  );
  expect(shown.curves.map(({ label }) => label)).toEqual(['postgres-1', 'postgres-2', 'limit']);
  expect(summaryOf(shown, chart('connections'))).toMatch(
    /^Now postgres-1 42, postgres-2 30 and limit 100; at most 51, at \d\d:00\.$/,
  );
});

test('adds up what the connections of all servers do, and takes nothing for zero', () => {
  const shown = curvesOf(
    metrics(
      series('connections_active', 'postgres-1', [1, null, null]),
      series('connections_active', 'postgres-2', [2, 3, null]),
    ),
    chart('activity'),
  );
  expect(shown.curves).toEqual([{ label: 'active', unit: 'connections', values: [3, 3, null] }]);
  expect(summaryOf(shown, chart('activity'))).toMatch(/^Not measured now; at most 3, at /);
});

test('says what was not there', () => {
  expect(summaryOf(curvesOf(metrics(), chart('lag')), chart('lag'))).toBe('There was no replica.');
});

test('goes on with what is new: replaces what it covers, leaves gaps, and forgets what is older than the span', () => {
  const known = metrics(series('lag', 'postgres-2', [1, 2, 3, 4]));
  const more = metrics(
    series('lag', 'postgres-2', [30, 40, 50], start + 4000),
    series('lag', 'postgres-3', [7, 8, 9], start + 4000),
  );
  const { series: all } = continued(known, more, start + 2000);
  expect(all.map(({ points }) => points.map(([at, value]) => [(at - start) / 1000, value]))).toEqual([
    [
      [2, 2],
      [4, 30],
      [6, 40],
      [8, 50],
    ],
    [
      [2, null],
      [4, 7],
      [6, 8],
      [8, 9],
    ],
  ]);
});
