import { breakAtEveryStep } from '../support/fake-world/every-step.ts';
import { creation, destruction, expansions, restoring } from '../support/fake-world/stories.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

breakAtEveryStep({ newShop, story: creation });
breakAtEveryStep({ newShop, story: restoring });
breakAtEveryStep({ newShop, story: expansions.pooling });
breakAtEveryStep({ newShop, story: expansions.replicas });
breakAtEveryStep({ newShop, story: destruction });
// What the jump has as well needs no second look.
breakAtEveryStep({ newShop, story: expansions.ha, at: ({ phase }) => phase === 'routing' || phase === 'cut-over' });
