/** When the previous leader should lead again after an unplanned change of leader (`auto_failback`). */

/** A change of leader, planned (`switchover`) or not, as its event tells. */
export interface LeaderChange {
  readonly planned: boolean;
  readonly previous_leader: string;
  readonly new_leader: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Milliseconds for which the preferred node must have streamed without lag. */
export const steadyMs = 60_000;
/** A replica that is no further behind streams without lag, while clients write. Bytes. */
export const steadyLagBytes = 65_536;
/** Between an automatic failback and whatever moved the leader before it. Milliseconds. */
export const cooldownMs = 600_000;

interface Situation {
  readonly leader: string;
  /** Newest first. */
  readonly changes: readonly LeaderChange[];
  /** Since when each replica has streamed without lag, in milliseconds since the epoch. */
  readonly steadySince: ReadonlyMap<string, number>;
  /** When a failback to each node was begun last, in milliseconds since the epoch; also one that came to nothing. */
  readonly triedAt: ReadonlyMap<string, number>;
  readonly now: number;
}

/**
 * Null while there is nothing to do. A leader that was chosen by an operator stays, and of two failovers shortly after one another
 * the second is followed by no failback before the cooldown is over: a node that fails again and again must not lead. Nor is one tried again before the cooldown is over: what refused it then would do so now.
 */
export const failBackTo = ({ leader, changes, steadySince, triedAt, now }: Situation): string | null => {
  const [last] = changes;
  if (!last || last.planned || last.new_leader !== leader) return null;
  // The same change may have been recorded twice; who lost the lead has to gain it before it can lose it again.
  const before = changes.find((change) => change.new_leader !== last.new_leader);
  if (before && last.at - before.at < cooldownMs && now - last.at < cooldownMs) return null;
  const tried = triedAt.get(last.previous_leader);
  if (tried !== undefined && now - tried < cooldownMs) return null;
  const since = steadySince.get(last.previous_leader);
  return since !== undefined && now - since >= steadyMs ? last.previous_leader : null;
};
