import { undoHalfOfEveryStep } from '../support/fake-world/half-done.ts';
import {
  adjustments,
  creations,
  expansions,
  reductions,
  rollbacks,
  startsAgain,
  stops,
  switchovers,
} from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();
const { haToReplicas, haToSync, ...others } = reductions;
const groups = [others, adjustments, expansions, switchovers, rollbacks, stops, startsAgain];

for (const story of [...groups.flatMap((group) => Object.values(group)), creations.empty]) {
  undoHalfOfEveryStep({ newShop, story });
}
// Patroni had these slots on its replica already, and makes them again when it is a member again.
for (const story of [haToReplicas, haToSync]) {
  undoHalfOfEveryStep({ newShop, story, at: ({ run }) => run.action !== 'ensureReplicationSlot' });
}
// The container that was still copying held the volume, which could not be removed before the sweep at the end. Undoing
// the start of the node takes with it what was copied before.
undoHalfOfEveryStep({ newShop, story: creations.restored, at: ({ phase }) => phase === 'restore' });
