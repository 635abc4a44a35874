import { PgrowError } from '../errors.ts';
import type { Database } from '../database.ts';
import type { OnObstacle } from '../inputs.ts';
import type { Candidate } from '../live-state.ts';
import { nodesOf, type Topology } from '../topology.ts';
import { replicaLagLimitBytes } from './grow-replicas.ts';

/** What the choice of the node that takes writes next depends on. */
export interface Choice {
  readonly database: Database;
  /** Null: the best one. */
  readonly target: string | null;
  readonly on_obstacle: OnObstacle;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  readonly candidates: readonly Candidate[];
}

/**
 * The replica that is to take writes: the one that was named, or of those that could the one least behind.
 * @throws PgrowError `invalid_input` for a node that is no replica; `refused`, with the reasons, when none is fit
 */
export const chooseCandidate = ({ database, target, leader, candidates, on_obstacle }: Choice): string => {
  const { name, topology } = database;
  if (target === leader) return leader;
  const replicas = nodesOf(topology, 'postgres')
    .map((node) => node.name)
    .filter((node) => node !== leader);
  if (replicas.length === 0) {
    throw new PgrowError(
      'refused',
      `${name} has no replica at stage ${topology.stage}: nothing to switch over to. Expand it to replicas first.`,
    );
  }
  if (target !== null && !replicas.includes(target)) {
    throw new PgrowError(
      'invalid_input',
      `Writes can move to ${replicas.join(', ')}; ${target} is not a replica of ${name}.`,
      { problems: [{ path: 'target_node', value: target, allowed: replicas.join(', ') }] },
    );
  }
  if (topology.pooling?.pool_mode === 'session' && on_obstacle !== 'force') {
    throw new PgrowError(
      'refused',
      `Session pooling cannot be paused while clients are connected: their sessions would be reset. Accept that with --force.`,
    );
  }
  const looked = (target === null ? replicas : [target]).map((node) => {
    const candidate = candidates.find((one) => one.name === node);
    return { node, candidate, obstacle: obstacleOf(candidate, topology, on_obstacle === 'wait') };
  });
  const [best] = looked
    .filter(({ obstacle }) => obstacle === null)
    .toSorted((a, b) => (a.candidate?.lag_bytes ?? Infinity) - (b.candidate?.lag_bytes ?? Infinity));
  if (best) return best.node;
  const reasons = looked.map(({ node, obstacle }) => `${node} ${obstacle}`).join('; ');
  throw new PgrowError('refused', `No replica of ${name} can take over from ${leader}: ${reasons}.`);
};

/** Why it cannot take over; null when it can, or with `waits` when it may be able to after a wait. */
export const obstacleOf = (
  candidate: Candidate | undefined,
  { ha, replicas }: Topology,
  waits: boolean,
): string | null => {
  const confirms = ha ? ha.sync_mode !== 'async' : replicas?.replication_mode === 'sync';
  if (confirms && !candidate?.synchronous) return 'is not a synchronous standby';
  if (waits) return null;
  if (candidate?.state !== 'streaming') return 'does not stream';
  if (candidate.lag_bytes > replicaLagLimitBytes)
    return `is ${candidate.lag_bytes} bytes behind, more than ${replicaLagLimitBytes}`;
  return null;
};
