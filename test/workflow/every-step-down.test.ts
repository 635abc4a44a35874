import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { reductions } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();
const { haToReplicas, haToSync, haToPooling, haToSingle, haUnpooled, replicasToPooling, plainToSingle } = reductions;

for (const story of Object.values(reductions)) dieAtEveryStep({ newShop, story });

for (const story of [haToReplicas, haToSync, haToSingle, haUnpooled, replicasToPooling, plainToSingle]) {
  breakPastReturn({ newShop, story });
}

for (const story of [haToReplicas, haToSync, haUnpooled, replicasToPooling, plainToSingle]) {
  breakAtEveryStep({ newShop, story });
}
// Prepared as above; only the window is another matter.
breakAtEveryStep({ newShop, story: haToPooling, at: ({ run }) => run.action === 'preflightCutOver' });
