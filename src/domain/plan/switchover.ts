import type { Facts } from '../facts.ts';
import type { UnpricedPlan } from '../plan.ts';
import type { Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { chooseCandidate, type Choice } from './choose-candidate.ts';
import { movePrimary } from './move-primary.ts';
import { stretch } from './plan-part.ts';

export interface SwitchoverPlanInput extends Choice {
  /** What the server holds; null if it could not be asked. Default null. */
  readonly facts?: Facts | null;
  readonly closesWindowOf: string | null;
}

/** Milliseconds that a client behind PgBouncer waits. */
export const handOverStallMs = 250;

/** Writes go to another node; the one that took them becomes its replica. */
export const planSwitchover = (input: SwitchoverPlanInput): UnpricedPlan => {
  const { database, leader, closesWindowOf, on_obstacle, facts = null } = input;
  const from: Topology = { ...database.topology, kept: [], primary: leader };
  const target = chooseCandidate(input);
  const moved =
    target === leader ? null : movePrimary({ database, facts, phase: 'switchover', from, target, on_obstacle });
  return assemble({
    type: 'switchover',
    from,
    to: moved?.topology ?? from,
    parts: moved
      ? [{ ...stretch(moved.topology, moved.outline, [resetText(from)]), expected_stall_ms: handOverStallMs }]
      : [],
    closesWindowOf,
    reversible: false,
  });
};

/** What a hand-over means for sessions. */
export const resetText = ({ pooling }: Topology): string =>
  pooling
    ? 'Sessions that do not go through PgBouncer are reset once; their next connect succeeds.'
    : 'Pooling is off: sessions are reset once; the next connect succeeds.';
