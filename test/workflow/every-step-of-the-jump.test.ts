import { breakAtEveryStep } from '../support/fake-world/every-step.ts';
import { expansions } from '../support/fake-world/stories.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

breakAtEveryStep({ newShop, story: expansions.jump });
