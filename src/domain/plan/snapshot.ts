import type { Database } from '../database.ts';
import { PgrowError } from '../errors.ts';
import type { UnpricedPlan } from '../plan.ts';
import { nodeNamed } from '../topology.ts';
import { step } from './plan-builder.ts';
import { onSameTopology } from './same-topology.ts';
import { snapshotOf } from './plan-part.ts';

export interface SnapshotPlanInput {
  readonly database: Database;
  readonly operation_id: string;
  /** Who leads at stage 3, as Patroni has it; the primary below. */
  readonly leader: string;
  /** Whether at stage 3 no server takes writes. Default false. */
  readonly leaderless?: boolean;
  /** Seconds. */
  readonly keepFor: number;
}

/**
 * A copy of what the database holds now. Nothing of the database changes, and what an open rollback window keeps is not
 * touched, so the window stays open.
 */
export const planSnapshot = ({
  database,
  operation_id,
  leader,
  leaderless = false,
  keepFor,
}: SnapshotPlanInput): UnpricedPlan => {
  const { name, topology } = database;
  if (leaderless) {
    throw new PgrowError(
      'refused',
      `Cannot take a snapshot of ${name}: no server takes writes, so what it holds is not known. See why: ./pgrow status ${name}`,
    );
  }
  const of = nodeNamed(topology, leader);
  const snapshot = snapshotOf(database, operation_id);
  const { id, volume } = snapshot;
  return onSameTopology(topology, {
    type: 'snapshot',
    steps: [
      step(
        'snapshot',
        `take and verify snapshot of ${of.name}`,
        { action: 'takeSnapshot', input: { of, snapshot: id, volume, keep_for_seconds: keepFor } },
        [{ action: 'removeSnapshot', input: { snapshot: id, volume } }],
      ),
    ],
    snapshot,
  });
};
