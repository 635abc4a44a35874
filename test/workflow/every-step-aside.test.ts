import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { adjustments, switchovers } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** At a stage that stays. */

const newShop = useControlPlane();
const { fewerConfirming, fewerPlain, fewerMembers, replicaAnew, memberAnew } = adjustments;

for (const story of [...Object.values(switchovers), ...Object.values(adjustments)]) dieAtEveryStep({ newShop, story });

for (const story of [fewerConfirming, fewerPlain, fewerMembers, replicaAnew, memberAnew]) {
  breakPastReturn({ newShop, story });
}
for (const story of Object.values(switchovers)) {
  breakPastReturn({ newShop, story });
  breakAtEveryStep({ newShop, story });
}

for (const story of [fewerConfirming, fewerPlain, fewerMembers, adjustments.moreMembers, adjustments.pooling]) {
  breakAtEveryStep({ newShop, story });
}
// Replicas are cloned as in an expansion to replicas.
for (const story of [adjustments.moreReplicas, adjustments.morePlain, adjustments.moreConfirming]) {
  breakAtEveryStep({
    newShop,
    story,
    at: ({ run }) => run.action === 'configureNode' || run.action === 'recordTopology',
  });
}
breakAtEveryStep({ newShop, story: adjustments.poolingAtHa, at: ({ run }) => run.action === 'recordTopology' });
