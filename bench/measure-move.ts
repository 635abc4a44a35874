import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import type { OperationFigure, OperationName, Round } from './figures.ts';
import { load, type MeasuredOperation } from './operation.ts';
import { spanOf, type Trace } from './picture/traces.ts';
import type { Writers } from './writers.ts';

/** Those who wait for a time to run out before they act need that time for each failover: a few show what there is to see. */
export const mostPeerFailovers = 3;
/** Milliseconds until every node is as it should be again. */
const recoveryLimitMs = 180_000;

/** What one move took, by its own account. */
export interface Moved extends Omit<MeasuredOperation, keyof Round | 'operation' | 'load'> {
  /** When it was asked for or done, on the clock of `performance.now()`. */
  readonly began_at: number;
}

interface MeasureMove {
  readonly bench: Bench;
  readonly writers: Writers;
  readonly operation: OperationName;
  readonly repetition: number;
  /** Where the writers connect, as the figures name it. */
  readonly endpoint: string;
  /** Keeps what the picture needs of the time before and after. */
  readonly traced: boolean;
  readonly move: () => Promise<Moved>;
  /** Resolves when the next move may come. */
  readonly settle: () => Promise<void>;
}

export interface MeasuredMove {
  readonly figure: OperationFigure;
  /** Null when it was not to be kept or is no part of the picture. */
  readonly trace: Trace | null;
}

/** One change of the leader as the clients see it. */
export const measureMove = async (measure: MeasureMove): Promise<MeasuredMove> => {
  const { bench, writers, operation, repetition, endpoint, traced, move, settle } = measure;
  bench.signal.throwIfAborted();
  const span = traced ? spanOf(operation) : null;
  if (span) await delay(-span.from_ms);
  writers.begin(operation);
  const { began_at, ...moved } = await move();
  await writers.nextAcknowledgement();
  const seen = writers.end(operation);
  const { longest_stall_ms, failed } = seen;
  bench.say(`  ${operation}: clients waited ${Math.round(longest_stall_ms)} ms, ${failed} failed, load ${load()}`);
  await settle();
  if (span) await delay(Math.max(0, began_at + span.to_ms - performance.now()));
  const figure: OperationFigure = {
    ...moved,
    size: 'empty',
    repetition,
    operation,
    clients: { endpoint, ...seen, lost: null },
    load: load(),
  };
  const trace = span && { operation, longest_stall_ms, began_at, transactions: writers.transactions() };
  return { figure, trace };
};

/** From the deed to the moment at which `arrived` holds. */
export const timed = async (
  bench: Bench,
  what: string,
  deed: () => Promise<void>,
  arrived: () => Promise<boolean>,
): Promise<Moved> => {
  const began = performance.now();
  await deed();
  await until(bench, what, arrived);
  const took = Math.round(performance.now() - began);
  return { began_at: began, duration_ms: took, seen_ms: took, steps: [], overhead_per_step_ms: null, held_ms: null };
};

export const until = async ({ signal }: Bench, what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + recoveryLimitMs;
  while (!(await holds())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`Waited ${recoveryLimitMs / 1000} s for ${what}.`);
    await delay(50);
  }
};

/**
 * What is lost is known only at the end of the run that the moves were part of: told once for each kind of them, so that
 * it is not counted for every repetition.
 */
export const withLosses = (
  measured: readonly Pick<MeasuredMove, 'figure'>[],
  lost: number | null,
): readonly OperationFigure[] => {
  const last = new Map(measured.map(({ figure }) => [figure.operation, figure]));
  return measured.map(({ figure }) => {
    const told = lost === null || last.get(figure.operation) === figure ? lost : 0;
    return { ...figure, clients: figure.clients && { ...figure.clients, lost: told } };
  });
};
