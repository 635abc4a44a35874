import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { creations, destructions, rollbacks } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();
const { pooling, replicas, ha, jump, haToReplicas, replicasToSingle, poolingToSingle } = rollbacks;

for (const story of [...Object.values(rollbacks), ...Object.values(destructions), ...Object.values(creations)]) {
  dieAtEveryStep({ newShop, story });
}

for (const story of [pooling, replicas, ha, haToReplicas]) breakPastReturn({ newShop, story });

for (const story of [pooling, replicas, ha, poolingToSingle]) breakAtEveryStep({ newShop, story });
// These go up, or down, as others do; what is looked at is whether the window is still open.
for (const story of [jump, haToReplicas]) {
  breakAtEveryStep({ newShop, story, at: ({ run }) => run.action === 'preflightCutOver' });
}
breakAtEveryStep({ newShop, story: replicasToSingle, at: ({ run }) => run.action === 'recordTopology' });
