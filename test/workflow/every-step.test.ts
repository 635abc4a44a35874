import { breakAtEveryStep, breakPastReturn } from '../support/fake-world/every-step.ts';
import { creations, destructions, expansions } from '../support/fake-world/operations-under-test.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

breakAtEveryStep({ newShop, story: creations.empty });
breakAtEveryStep({ newShop, story: creations.restored });
breakAtEveryStep({ newShop, story: expansions.pooling });
breakAtEveryStep({ newShop, story: expansions.replicas });
// What the jump has as well needs no second look.
breakAtEveryStep({ newShop, story: expansions.ha, at: ({ phase }) => phase === 'routing' || phase === 'cut-over' });
breakPastReturn({ newShop, story: expansions.ha });
breakPastReturn({ newShop, story: destructions.ha });
