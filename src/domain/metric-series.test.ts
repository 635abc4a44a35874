import { expect, test } from 'vitest';
import { combineSteps, seriesOf } from './metric-series.ts';
import { packSamples, unpackSamples } from './packed-samples.ts';
import type { Sample } from './samples.ts';

const sample = (second: number, values: Sample['values']): Sample => ({ at: second * 1000, values });
const everyFive = () => 5000;

test('each step has one point: the mean, and the most where a peak matters', () => {
  const samples = [
    sample(0, { 'commits@postgres-1': 10, 'lag@postgres-2': 0 }),
    sample(5, { 'commits@postgres-1': 20, 'lag@postgres-2': 900 }),
    sample(10, { 'commits@postgres-1': 30, 'lag@postgres-2': 0 }),
  ];
  expect(seriesOf(samples, everyFive, { from: 0, until: 12_000, step_ms: 10_000 })).toEqual([
    {
      name: 'commits',
      node: 'postgres-1',
      unit: 'per_second',
      points: [
        [0, 15],
        [10_000, 30],
      ],
    },
    {
      name: 'lag',
      node: 'postgres-2',
      unit: 'bytes',
      points: [
        [0, 900],
        [10_000, 0],
      ],
    },
  ]);
});

test('a gap is a point without a value, in every series, and so is one that lasts until now', () => {
  const samples = [0, 5, 10, 60, 65].map((second) =>
    sample(second, { size: 7, ...(second < 60 && { 'commits@postgres-1': 1 }) }),
  );
  const series = seriesOf(samples, everyFive, { from: 0, until: 120_000, step_ms: 5000 });
  expect(series.map(({ name, points }) => [name, points])).toEqual([
    [
      'commits',
      [
        [0, 1],
        [5000, 1],
        [10_000, 1],
        [15_000, null],
        [60_000, null],
        [65_000, null],
        [70_000, null],
      ],
    ],
    [
      'size',
      [
        [0, 7],
        [5000, 7],
        [10_000, 7],
        [15_000, null],
        [60_000, 7],
        [65_000, 7],
        [70_000, null],
      ],
    ],
  ]);
});

test('steps shorter than the time between samples have no gaps in between', () => {
  const samples = [0, 5, 10].map((second) => sample(second, { size: 7 }));
  const [size] = seriesOf(samples, everyFive, { from: 0, until: 12_000, step_ms: 2000 });
  expect(size?.points).toEqual([
    [0, 7],
    [4000, 7],
    [10_000, 7],
  ]);
});

test('only what was asked for, and nothing that this version does not know', () => {
  const samples = [sample(0, { size: 1, 'commits@postgres-1': 1, 'of a later version': 1 })];
  const wanted = { from: 0, until: 1000, step_ms: 1000 };
  expect(seriesOf(samples, everyFive, { ...wanted, names: ['size'] }).map(({ name }) => name)).toEqual(['size']);
  expect(seriesOf(samples, everyFive, wanted)).toHaveLength(2);
});

test('what is recorded is read as it was', () => {
  const steps = combineSteps(
    [sample(1, { size: 1 }), sample(29, { size: 3 }), sample(31, { 'lag@postgres-2': 0 })],
    30_000,
  );
  expect(steps).toEqual([sample(0, { size: 3 }), sample(30, { 'lag@postgres-2': 0 })]);
  expect(unpackSamples(packSamples(steps))).toEqual(steps);
});
