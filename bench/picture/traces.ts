import type { Transaction } from '../../src/workload/clients.ts';
import type { OperationName } from '../figures.ts';

/** Every transaction around one move. */
export interface Trace {
  readonly operation: OperationName;
  readonly longest_stall_ms: number;
  /** When the move was asked for or done, on the clock of `performance.now()`. */
  readonly began_at: number;
  readonly transactions: readonly Transaction[];
}

/** What of a move is drawn, in milliseconds after it began. */
interface Span {
  readonly from_ms: number;
  readonly to_ms: number;
}

export interface PanelSpec {
  readonly title: string;
  readonly span: Span;
  readonly series: readonly { readonly operation: OperationName; readonly name: string }[];
}

/** The picture: what is compared with what. The longer of the two sets the span. */
export const panelSpecs: readonly PanelSpec[] = [
  {
    title: 'Switchover, asked for at 0',
    span: { from_ms: -1_000, to_ms: 6_000 },
    series: [
      { operation: 'switchover_ha', name: 'pgrow' },
      { operation: 'patroni_switchover', name: 'plain Patroni' },
    ],
  },
  {
    title: "Failover, leader's container killed at 0",
    span: { from_ms: -2_000, to_ms: 26_000 },
    series: [
      { operation: 'failover', name: 'pgrow' },
      { operation: 'patroni_failover', name: 'plain Patroni, ttl 20 s' },
    ],
  },
];

/** Null for what is no part of the picture. */
export const spanOf = (operation: OperationName): Span | null =>
  panelSpecs.find(({ series }) => series.some((each) => each.operation === operation))?.span ?? null;

/** Of several repetitions the one that stands for all: the median by its longest stall, of two in the middle the worse. */
export const typicalTrace = (traces: readonly Trace[], operation: OperationName): Trace | null =>
  traces
    .filter((trace) => trace.operation === operation)
    .toSorted((a, b) => a.longest_stall_ms - b.longest_stall_ms)
    .find((_, index, sorted) => index === Math.floor(sorted.length / 2)) ?? null;
