import type { Advice, Seen, Situation } from './advice-kinds.ts';
import { connections, idleInTransaction, pooling, poolSize } from './connection-advice.ts';
import { cache, disk, image, lag, reads, replicas, snapshot, storage } from './server-advice.ts';
import { trendsOf } from './trend.ts';

const rules = [
  disk,
  storage,
  lag,
  poolSize,
  connections,
  pooling,
  idleInTransaction,
  replicas,
  reads,
  cache,
  image,
  snapshot,
] as const;

/** What follows from the numbers of the last minutes: only what is worth a line, the most pressing first. */
export const adviceFor = (situation: Situation): readonly Advice[] => {
  const trend = trendsOf(situation.samples, situation.now);
  const seen: Seen = {
    ...situation,
    trend: (name, node) => trend(node === undefined ? name : `${name}@${node}`),
  };
  // A database that is stopped has no load, and none of its numbers are of now.
  return situation.topology.stopped ? [] : rules.flatMap((advise) => advise(seen) ?? []);
};
