import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { failovers } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** From a primary that is killed. */

const newShop = useControlPlane();

for (const story of Object.values(failovers)) {
  dieAtEveryStep({ newShop, story });
  breakAtEveryStep({ newShop, story });
  breakPastReturn({ newShop, story });
}
