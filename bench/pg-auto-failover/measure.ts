import { messageOf } from '../../src/domain/errors.ts';
import type { Bench } from '../bench.ts';
import type { OperationFigure, OperationName } from '../figures.ts';
import { measureMove, mostPeerFailovers, timed, until, withLosses, type MeasuredMove } from '../measure-move.ts';
import { startWriters, type Writers } from '../writers.ts';
import { openPeerCluster, type NodeStates, type PeerCluster } from './cluster.ts';
import { readWriteOpener } from './read-write-session.ts';

const nodes = ['node-1', 'node-2'] as const;

/**
 * A standby added, a switchover and a failover by pg_auto_failover, with its own settings, on the same machine and with
 * the same writers. They connect as its manual tells: to whichever node takes writes. Each repetition has a cluster of its own;
 * one that fails is told and left out, so that what was measured before it is not lost.
 */
export const measurePgAutoFailover = async (bench: Bench, repeat: number): Promise<readonly OperationFigure[]> => {
  const figures: OperationFigure[] = [];
  for (let repetition = 1; repetition <= repeat; repetition += 1) {
    bench.signal.throwIfAborted();
    const cluster = await openPeerCluster(bench);
    try {
      figures.push(...(await measureLife(bench, cluster, repetition)));
    } catch (error) {
      bench.signal.throwIfAborted();
      bench.say(`  pg_auto_failover, repetition ${repetition}, left out: ${messageOf(error)}`);
    } finally {
      await cluster.remove();
    }
  }
  return figures;
};

const measureLife = async (bench: Bench, cluster: PeerCluster, repetition: number) => {
  await until(bench, 'the monitor', () => reports(cluster, () => true));
  await cluster.startNode('node-1');
  await until(bench, 'a primary', () => reports(cluster, (states) => states['node-1'] === 'single'));
  const open = readWriteOpener(() => nodes.map((node) => cluster.endpointOf(node)));
  const writers = await startWriters(() => cluster.endpointOf('node-1'), open);
  const measured: MeasuredMove[] = [];
  try {
    await writers.ready();
    const moves = repetition <= mostPeerFailovers ? [addStandby, switchOver, killPrimary] : [addStandby, switchOver];
    for (const move of moves) measured.push(await measure(move, { bench, cluster, writers, repetition }));
  } catch (error) {
    await writers.stop({ keepRows: true });
    throw error;
  }
  const { lost } = await writers.stop();
  return withLosses(measured, lost);
};

interface PeerMove {
  readonly operation: OperationName;
  readonly what: string;
  readonly deed: (cluster: PeerCluster) => Promise<void>;
  /** By what the monitor says of the nodes. */
  readonly arrived: (states: NodeStates) => boolean;
}

const addStandby: PeerMove = {
  operation: 'pg_auto_failover_standby',
  what: 'node-2 to stream',
  deed: async (cluster) => {
    // Its base backup asks for a checkpoint that takes its time, up to minutes: after one of our own little is left to write out.
    await cluster.checkpoint('node-1');
    await cluster.startNode('node-2');
  },
  arrived: (states) => states['node-1'] === 'primary' && states['node-2'] === 'secondary',
};

const switchOver: PeerMove = {
  operation: 'pg_auto_failover_switchover',
  what: 'node-2 to be the primary, node-1 its standby',
  deed: (cluster) => cluster.switchOver(),
  arrived: (states) => states['node-1'] === 'secondary' && states['node-2'] === 'primary',
};

const killPrimary: PeerMove = {
  operation: 'pg_auto_failover_failover',
  what: 'node-1 to be the primary',
  deed: (cluster) => cluster.killNode('node-2'),
  arrived: (states) => states['node-1'] === 'wait_primary',
};

interface Context {
  readonly bench: Bench;
  readonly cluster: PeerCluster;
  readonly writers: Writers;
  readonly repetition: number;
}

const measure = (
  { operation, what, deed, arrived }: PeerMove,
  { bench, cluster, writers, repetition }: Context,
): Promise<MeasuredMove> =>
  measureMove({
    bench,
    writers,
    operation,
    repetition,
    endpoint: 'read-write',
    traced: false,
    move: () =>
      timed(
        bench,
        what,
        () => deed(cluster),
        () => reports(cluster, arrived),
      ),
    // `arrived` is already that both nodes are as they should be.
    settle: async () => undefined,
  });

/** The monitor may not answer yet, or not in time. */
const reports = async (cluster: PeerCluster, holds: (states: NodeStates) => boolean): Promise<boolean> => {
  const states = await cluster.states().catch(() => null);
  return states !== null && holds(states);
};
