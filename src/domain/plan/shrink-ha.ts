import { configuredRouters } from '../routes.ts';
import type { CutOver } from '../step-actions.ts';
import { plainSlotName, slotName } from '../naming.ts';
import { memberConfigOf } from '../member-config.ts';
import type { ReplicaConfig } from '../node-config.ts';
import type { Node } from '../topology.ts';
import type { PlanPart } from './plan-part.ts';
import { addReplica, replicaLagLimitBytes, requireConfirmation } from './grow-replicas.ts';
import { handOver, keepGuests } from './hand-over.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';
import { readmit, reroute, teachRouters } from './reroute.ts';
import { castOf, type Cast, type ShrinkHa } from './shrink-ha-cast.ts';
import { dropCopies, pruneSlots, removeRouters } from './shrink-replicas.ts';

/** Milliseconds that a client behind PgBouncer waits at the hand-over. */
const expectedHandOverStallMs = 400;

/**
 * Back to plain PostgreSQL: one Patroni replica becomes a plain standby on its own volume and takes over from the
 * leader, whichever it is. No base backup of the primary, no restart of one.
 */
export const shrinkHa = (input: ShrinkHa): PlanPart => {
  const cast = castOf(input);
  const { from, bridge, to, leader, successor } = cast;
  return {
    topology: to,
    outline: [
      ...becomePlain(cast),
      ...takeOver(cast),
      ...followers(cast),
      ...(input.replicas?.replication_mode === 'sync'
        ? [
            requireConfirmation(
              cast.newPrimary,
              cast.replicas.map((node) => node.name),
            ),
          ]
        : []),
      ...teachRouters('routing', cast.keptRouters, bridge, to),
      ...(cast.keepsLeader ? readmit(cast.keptRouters, leader) : []),
      ...(cast.keptRouters.length > 0
        ? [
            step('routing', 'wait until HAProxy sees primary and replicas', {
              action: 'waitUntilRouting',
              input: {
                routers: configuredRouters(cast.keptRouters, to),
                primary: successor.name,
                replicas: cast.replicas.map((node) => node.name),
              },
            }),
          ]
        : []),
      ...reroute('routing', from, to),
      ...removeRouters(cast.removedRouters),
      ...removal(cast),
      pruneSlots('remove', cast.newPrimary, cast.replicas),
      step('finish', 'wait until the primary is replicated', {
        action: 'waitUntilReplicated',
        input: { primary: cast.newPrimary, replicas: cast.replicas },
      }),
      ...cast.replicas
        .filter(({ name }) => cast.members.some((member) => member.name === name))
        .flatMap((replica) => [pruneSlots('finish', replica, []), ...dropCopies(replica, cast.guests)]),
    ],
    on_close: [],
    expected_stall_ms: expectedHandOverStallMs,
    estimated_duration_minutes: 1,
    warnings: [
      'Disabling HA will remove automatic failover. Your database will have reduced fault tolerance.',
      'Sessions that do not go through PgBouncer are reset at the hand-over, and again when the HAProxy that they come ' +
        'through is removed; each time the next connect succeeds.',
      `${leader.name} leads now; ${successor.name} takes over.`,
      ...cast.hanging.map((node) => `${node.name} does not answer and is removed anyway.`),
    ],
    snapshot: null,
  };
};

/** Follows the one of these that takes writes, so it needs no new address when the successor takes over. */
const follow = (cast: Cast, node: Node, slot: string): ReplicaConfig => ({
  kind: 'postgres',
  mode: 'replica',
  follow: cast.members.filter((member) => member !== node).map((member) => member.name),
  slot,
});

const followSuccessor = ({ successor }: Cast, node: Node): ReplicaConfig => ({
  kind: 'postgres',
  mode: 'replica',
  follow: [successor.name],
  slot: slotName(node.name),
});

const handOverSlot = (node: Node): string => plainSlotName(node.name);

const becomePlain = (cast: Cast): readonly PlanItem[] => {
  const { members, successor, leader } = cast;
  const slot = { members, slot: handOverSlot(successor) };
  const input = { node: successor, from: leader, lag_limit_bytes: replicaLagLimitBytes };
  const streams = { action: 'waitUntilStreaming', input } as const;
  return [
    step(
      'prepare',
      `keep a slot for ${successor.name}`,
      { action: 'ensurePermanentSlot', input: { ...slot, on: leader } },
      [{ action: 'removePermanentSlot', input: slot }],
    ),
    step(
      'prepare',
      `take ${successor.name} out of Patroni`,
      {
        action: 'restartNode',
        input: { node: successor, config: follow(cast, successor, handOverSlot(successor)) },
      },
      [{ action: 'restartNode', input: { node: successor, config: memberConfigOf(cast.from) } }, streams],
    ),
    step('prepare', `wait until ${successor.name} streams`, streams),
    ...[...cast.converted, ...(cast.keepsLeader ? [leader] : [])].map((node) =>
      step(
        'prepare',
        `create replication slot for ${node.name}`,
        { action: 'ensureReplicationSlot', input: { on: successor, slot: slotName(node.name) } },
        [{ action: 'removeReplicationSlot', input: { on: successor, slot: slotName(node.name) } }],
      ),
    ),
  ];
};

const takeOver = ({ leader, successor, members, poolers, routers, guests }: Cast): readonly PlanItem[] => {
  const input: CutOver = {
    from: leader,
    to: successor,
    promotion: 'standby',
    members: members.filter((node) => node !== successor),
    poolers,
    routers,
  };
  return [...keepGuests('hand-over', input, guests), handOver('hand-over', input)];
};

/** The rest of the old cluster follows the new primary on the volumes it has; what is missing is cloned. */
const followers = (cast: Cast): readonly PlanItem[] => {
  const lanes = [
    ...cast.converted.map((node) => [
      step('replicas', `let ${node.name} follow ${cast.successor.name}`, {
        action: 'restartNode',
        input: { node, config: followSuccessor(cast, node) },
      }),
    ]),
    ...(cast.keepsLeader
      ? [
          [
            step('replicas', `let ${cast.leader.name} follow ${cast.successor.name}`, {
              action: 'followNewPrimary',
              input: {
                old: { node: cast.leader, config: followSuccessor(cast, cast.leader) },
                members: [cast.successor],
                obsolete_slots: [],
              },
            }),
          ],
        ]
      : []),
    ...cast.cloned.map((node) => [addReplica('replicas', node, cast.newPrimary)]),
  ];
  return lanes.length > 0 ? [inParallel(...lanes)] : [];
};

const removal = (cast: Cast): readonly PlanItem[] => [
  inParallel(
    ...[...cast.spare, ...(cast.keepsLeader ? [] : [cast.leader]), ...cast.etcd].map((node) => [
      step('remove', `remove ${node.name}`, { action: 'removeNode', input: { node } }),
    ]),
  ),
];
