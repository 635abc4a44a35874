import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { startsAgain, stops } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Down on purpose, and up again. */

const newShop = useControlPlane();

for (const story of [...Object.values(stops), ...Object.values(startsAgain)]) {
  dieAtEveryStep({ newShop, story });
}
// What the others do is among it.
for (const story of [stops.ha, startsAgain.ha, startsAgain.plain]) breakAtEveryStep({ newShop, story });
for (const story of [stops.ha, stops.confirming]) breakPastReturn({ newShop, story });
