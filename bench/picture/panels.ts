import { typicalTrace, type PanelSpec, type Trace } from './traces.ts';

/** One transaction as a point: when it began, in seconds after the move, and how long it took. */
export interface Point {
  readonly at_s: number;
  readonly latency_ms: number;
}

interface Series {
  readonly name: string;
  readonly longest_stall_ms: number;
  readonly acknowledged: readonly Point[];
  readonly failed: readonly Point[];
}

export interface Panel {
  readonly title: string;
  readonly from_s: number;
  readonly to_s: number;
  readonly series: readonly Series[];
}

/** What began within the panel's span. @throws Error when one of its moves was not measured */
export const panelOf = ({ title, span, series }: PanelSpec, traces: readonly Trace[]): Panel => ({
  title,
  from_s: span.from_ms / 1000,
  to_s: span.to_ms / 1000,
  series: series.map(({ operation, name }) => {
    const trace = typicalTrace(traces, operation);
    if (!trace) throw new Error(`There is no trace of ${operation} to draw.`);
    const within = trace.transactions.filter(({ began_at }) => {
      const at = began_at - trace.began_at;
      return at >= span.from_ms && at <= span.to_ms;
    });
    const points = (outcome: 'acknowledged' | 'failed'): readonly Point[] =>
      within
        .filter((transaction) => transaction.outcome === outcome)
        .map(({ began_at, latency_ms }) => ({ at_s: (began_at - trace.began_at) / 1000, latency_ms }));
    return {
      name,
      longest_stall_ms: trace.longest_stall_ms,
      acknowledged: points('acknowledged'),
      failed: points('failed'),
    };
  }),
});

export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Of dots that would cover each other one is enough: at most one for each square of `size`. Coordinates are rounded. */
export const withoutOverlap = (dots: readonly Dot[], size: number): readonly Dot[] => {
  const kept = new Map<string, Dot>();
  for (const { x, y } of dots) {
    const square = { x: Math.round(x / size) * size, y: Math.round(y / size) * size };
    kept.set(`${square.x} ${square.y}`, square);
  }
  return [...kept.values()];
};
