import { breakAtEveryStep, breakPastReturn, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { encrypted, expansions } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

dieAtEveryStep({ newShop, story: expansions.jump });
breakPastReturn({ newShop, story: expansions.jump });
breakAtEveryStep({ newShop, story: expansions.jump });

// What they do without TLS as well needs no second look before it.
for (const story of Object.values(encrypted)) breakPastReturn({ newShop, story });
