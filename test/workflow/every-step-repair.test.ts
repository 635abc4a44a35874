import { breakAtEveryStep, dieAtEveryStep } from '../support/fake-world/every-step.ts';
import { repairs } from '../support/fake-world/stories.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

/** Nodes that somebody removed, made again. */

const newShop = useControlPlane();

for (const story of Object.values(repairs)) {
  dieAtEveryStep({ newShop, story });
  breakAtEveryStep({ newShop, story });
}
