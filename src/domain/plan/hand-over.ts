import type { CutOver } from '../step-actions.ts';
import type { Facts } from '../facts.ts';
import type { Node } from '../topology.ts';
import { handOverAttempts, step, type PlanItem } from './plan-builder.ts';

/**
 * The one step past which nothing is undone, with the look around that precedes it. `followers`: who follows either of them
 * without being a member of the cluster.
 */
export const handOver = (phase: string, input: CutOver, followers: readonly Node[] = []): PlanItem =>
  handOverAttempts([
    step(
      phase,
      `carry what ALTER SYSTEM has set on ${input.from.name}`,
      {
        action: 'carrySettings',
        input: {
          from: input.from,
          to: input.to,
          followers: [...input.members, ...followers].filter(
            ({ name }) => name !== input.from.name && name !== input.to.name,
          ),
        },
      },
      [],
      { spares_window: true },
    ),
    step(phase, 'check that nothing stands in the way', { action: 'preflightCutOver', input }),
    step(phase, `hand over from ${input.from.name} to ${input.to.name}`, { action: 'cutOver', input }, [], {
      point_of_no_return: true,
      waits_for_signal: true,
    }),
  ]);

/** Names of the physical slots that pgrow did not make; none if no server could be asked. */
export const guestsOf = (facts: Facts | null | undefined): readonly string[] =>
  facts?.guest_slots.map(({ name }) => name) ?? [];

/**
 * Before writes move: the successor has the slots that others stream through, a backup's for one. Patroni drops slots that
 * it does not know (Patroni manual, `slots`), so in its cluster they are declared, and survive failovers as well.
 * `kept`: the successor has been the primary before and may have them from then, with all their WAL.
 */
export const keepGuests = (
  phase: string,
  { to, members, promotion }: CutOver,
  guests: readonly string[],
  { kept = false } = {},
): readonly PlanItem[] =>
  guests.map((slot) => {
    const name = `keep the slot ${slot} on ${to.name}`;
    if (promotion === 'standby') {
      const input = { on: to, slot };
      const undo = kept ? [] : [{ action: 'removeReplicationSlot', input } as const];
      return step(phase, name, { action: 'ensureReplicationSlot', input }, undo, { spares_window: true });
    }
    // Of a cluster that others lead already it would be taken from its owner.
    const undo = promotion === 'member' ? [] : [{ action: 'removePermanentSlot', input: { members, slot } } as const];
    const input = { on: to, members, slot };
    return step(phase, name, { action: 'ensurePermanentSlot', input }, undo, { spares_window: true });
  });
