import {
  floorNames,
  operationNames,
  type FloorFigure,
  type FloorName,
  type OperationFigure,
  type OperationName,
} from './figures.ts';
import { sizes, type Size } from './options.ts';
import type { PercentileName, Percentiles } from './percentiles.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface OperationSummary {
  readonly size: Size;
  readonly operation: OperationName;
  readonly duration_ms: Spread;
  /** Null if no one wrote. */
  readonly longest_stall_ms: Spread | null;
  /** How the percentiles of the repetitions spread; null if no one wrote. */
  readonly latency_ms: Readonly<Record<PercentileName, Spread>> | null;
  /** Null for what has no steps of ours. */
  readonly overhead_per_step_ms: Spread | null;
  readonly acknowledged: number;
  readonly failed: number;
  /** Null if some run could not tell. */
  readonly lost: number | null;
  readonly load: Spread;
}

export interface FloorSummary {
  readonly size: Size;
  readonly floor: FloorName;
  readonly duration_ms: Spread;
  readonly load: Spread;
}

export interface Summary {
  readonly operations: readonly OperationSummary[];
  readonly floors: readonly FloorSummary[];
}

interface Measured {
  readonly operations: readonly OperationFigure[];
  readonly floors: readonly FloorFigure[];
}

export const summarize = ({ operations, floors }: Measured): Summary => ({
  operations: sizes.flatMap((size) =>
    operationNames.flatMap((operation) => {
      const figures = operations.filter((figure) => figure.size === size && figure.operation === operation);
      return figures.length === 0 ? [] : [{ size, operation, ...summarizeOperation(figures) }];
    }),
  ),
  floors: sizes.flatMap((size) =>
    floorNames.flatMap((floor) => {
      const figures = floors.filter((figure) => figure.size === size && figure.floor === floor);
      if (figures.length === 0) return [];
      return [
        {
          size,
          floor,
          duration_ms: spread(figures.map((f) => f.duration_ms)),
          load: spread(figures.map((f) => f.load)),
        },
      ];
    }),
  ),
});

const summarizeOperation = (figures: readonly OperationFigure[]): Omit<OperationSummary, 'size' | 'operation'> => {
  const clients = figures.flatMap((figure) => figure.clients ?? []);
  const lost = clients.map((client) => client.lost);
  const overheads = figures.flatMap((figure) => figure.overhead_per_step_ms ?? []);
  return {
    duration_ms: spread(figures.map((figure) => figure.duration_ms)),
    longest_stall_ms: clients.length === 0 ? null : spread(clients.map((client) => client.longest_stall_ms)),
    latency_ms: summarizeLatency(clients.flatMap((client) => client.latency_ms ?? [])),
    overhead_per_step_ms: overheads.length === 0 ? null : spread(overheads),
    acknowledged: sum(clients.map((client) => client.acknowledged)),
    failed: sum(clients.map((client) => client.failed)),
    lost: lost.includes(null) ? null : sum(lost.map(Number)),
    load: spread(figures.map((figure) => figure.load)),
  };
};

const summarizeLatency = (measured: readonly Percentiles[]): OperationSummary['latency_ms'] => {
  if (measured.length === 0) return null;
  const of = (name: PercentileName): Spread => spread(measured.map((percentiles) => percentiles[name]));
  return { p50: of('p50'), p90: of('p90'), p99: of('p99'), max: of('max') };
};

/** The median of an even number lies between its two middle values. */
export const spread = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
