import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { repairs, replacements } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Nodes that someone removed, rebuilt. */

const newShop = useControlPlane();

for (const story of [...Object.values(repairs), ...Object.values(replacements)]) dieAtEveryStep({ newShop, story });
// A lost leader is replaced before anything is made; repeated, a new plan is made of what there is by then.
for (const story of [...Object.values(repairs), replacements.confirming]) breakAtEveryStep({ newShop, story });
for (const story of [replacements.confirming, replacements.plain]) breakPastReturn({ newShop, story });
