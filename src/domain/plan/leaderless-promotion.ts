import type { CutOver } from '../step-actions.ts';
import { memberConfigOf } from '../member-config.ts';
import { slotName } from '../naming.ts';
import type { ReplicaConfig } from '../node-config.ts';
import type { Topology } from '../topology.ts';
import { inParallel, step, type PlanItem } from './plan-builder.ts';

/**
 * From a Patroni cluster that takes no writes any more. Its members become plain standbys, so that none of them can be
 * elected meanwhile and each says what it holds; then the old primary, once it has all of that, takes over.
 */
export const takeOver = (from: Topology, input: CutOver): readonly PlanItem[] => {
  const { members, to: successor } = input;
  const slot = slotName(successor.name);
  const following = (...names: readonly string[]): ReplicaConfig => ({
    kind: 'postgres',
    mode: 'replica',
    follow: names,
    slot,
  });
  return [
    inParallel(
      ...members.map((node) => [
        step(
          'hand-over',
          `take ${node.name} out of Patroni`,
          {
            action: 'restartNode',
            input: { node, config: { ...following(successor.name), slot: slotName(node.name) } },
          },
          [{ action: 'restartNode', input: { node, config: memberConfigOf(from) } }],
        ),
      ]),
    ),
    step(
      'hand-over',
      `give ${successor.name} everything that any member holds`,
      { action: 'gatherWrites', input: { members, successor, slot } },
      [
        {
          action: 'configureNode',
          input: { node: successor, config: following(...members.map((node) => node.name)) },
        },
      ],
    ),
    step('hand-over', `let ${successor.name} take over`, { action: 'takeOver', input: { ...input, members: [] } }, [], {
      point_of_no_return: true,
      waits_for_signal: true,
    }),
  ];
};
