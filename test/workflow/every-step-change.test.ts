import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { changes, rollbacks } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Other resources and settings at a stage that stays, and back. */

const newShop = useControlPlane();
const { live, beside, besideDirect, confirming, plain, ha, fewerConnections } = changes;

for (const story of Object.values(changes)) dieAtEveryStep({ newShop, story });
for (const story of [live, beside, confirming, ha, fewerConnections]) breakAtEveryStep({ newShop, story });
for (const story of [beside, ha]) breakPastReturn({ newShop, story });
// These go through a router of their own, as a switchover without HAProxy does.
for (const story of [besideDirect, plain]) {
  breakAtEveryStep({
    newShop,
    story,
    at: ({ run }) => run.action === 'preflightCutOver' || run.action === 'recordTopology',
  });
}

for (const story of [rollbacks.beside, rollbacks.inPlace]) {
  breakAtEveryStep({ newShop, story });
  breakPastReturn({ newShop, story });
}
