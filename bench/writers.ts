import type { Transaction } from '../src/workload/clients.ts';
import type { Endpoint } from '../src/workload/endpoint.ts';
import type { OpenSession } from '../src/workload/session.ts';
import { roundMs } from '../src/workload/windows.ts';
import { startWorkload, type Workload } from '../src/workload/workload.ts';
import type { ClientFigure } from './figures.ts';
import { percentilesOf } from './percentiles.ts';

export const writerCount = 8;
/** Enough to see every stall to a few milliseconds, little enough to leave the machine to what is measured. */
export const transactionsPerSecond = 400;
/** How much of what was before a measurement is remembered, in milliseconds. */
const rememberedMs = 5_000;
/** How long a stall may last before the measurement is given up, in milliseconds. */
const longestStallMs = 180_000;

type Seen = Pick<ClientFigure, 'longest_stall_ms' | 'acknowledged' | 'failed' | 'latency_ms'>;

/** The same clients for everything that is measured, ours or not. */
export interface Writers extends Pick<Workload, 'ready' | 'switchTo' | 'stop'> {
  /** From here on it counts to this measurement. */
  begin(label: string): void;
  /** Resolves at the next acknowledgement: a stall that is not over yet belongs to the measurement as well. */
  nextAcknowledgement(): Promise<void>;
  end(label: string): Seen;
  /** Since some seconds before the last beginning. */
  transactions(): readonly Transaction[];
}

/** `open`: where connecting is more than one address. */
export const startWriters = async (endpoint: () => Endpoint, open?: OpenSession): Promise<Writers> => {
  let transactions: Transaction[] = [];
  let beganAt = 0;
  const workload = await startWorkload({
    endpoint,
    clients: writerCount,
    maximumTransactionsPerSecond: transactionsPerSecond,
    statements: 'transaction',
    onTransaction: (transaction) => transactions.push(transaction),
    ...(open && { open }),
  });
  return {
    ready: workload.ready,
    switchTo: workload.switchTo,
    stop: workload.stop,
    nextAcknowledgement: () => workload.nextAcknowledgement(longestStallMs),
    begin: (label) => {
      workload.mark(label);
      beganAt = performance.now();
      transactions = transactions.filter(({ began_at }) => began_at > beganAt - rememberedMs);
    },
    end: (label) => {
      const { longest_stall_ms, acknowledged, failed } = workload.mark(`after ${label}`);
      const latencies = transactions.flatMap(({ began_at, latency_ms, outcome }) =>
        outcome === 'acknowledged' && began_at + latency_ms >= beganAt ? [roundMs(latency_ms)] : [],
      );
      return { longest_stall_ms, acknowledged, failed, latency_ms: percentilesOf(latencies) };
    },
    transactions: () => transactions,
  };
};
