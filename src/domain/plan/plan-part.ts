import type { ActivityCall } from '../step-actions.ts';
import type { Database } from '../database.ts';
import { snapshotVolumeName } from '../naming.ts';
import type { Node, Topology } from '../topology.ts';
import { step, type PlanItem } from './plan-builder.ts';

/** One stretch of the way up: what is done and what the database is afterwards. */
export interface PlanPart {
  readonly topology: Topology;
  readonly outline: readonly PlanItem[];
  readonly on_close: readonly ActivityCall[];
  readonly expected_stall_ms: number;
  readonly estimated_duration_minutes: number;
  readonly warnings: readonly string[];
  readonly snapshot: Snapshot | null;
}

export interface Snapshot {
  readonly id: string;
  readonly volume: string;
}

/** Names the snapshot of an operation: `snap-1a2b3c4d`. */
export const snapshotOf = (database: Database, operationId: string): Snapshot => {
  const id = `snap-${operationId.slice(0, 8)}`;
  return { id, volume: snapshotVolumeName(database, id) };
};

export const takeSnapshot = (phase: string, of: Node, { id, volume }: Snapshot): PlanItem =>
  step(
    phase,
    `take and verify snapshot of ${of.name}`,
    { action: 'takeSnapshot', input: { of, snapshot: id, volume } },
    [{ action: 'removeSnapshot', input: { snapshot: id, volume } }],
  );

/** A stretch that holds no writes, keeps nothing for later and is over soon. */
export const stretch = (
  topology: Topology,
  outline: readonly PlanItem[],
  warnings: readonly string[] = [],
): PlanPart => ({
  topology,
  outline,
  on_close: [],
  expected_stall_ms: 0,
  estimated_duration_minutes: 1,
  warnings,
  snapshot: null,
});
