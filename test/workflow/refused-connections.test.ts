import { describe, expect, test, vi } from 'vitest';
import { atOnce, begin } from '../support/fake-world/every-step.ts';
import { expectAccountedFor, expectSound } from '../support/fake-world/expectations.ts';
import { adjustments, expansions, reductions, switchovers } from '../support/fake-world/operations-under-test.ts';
import { tell, type Story } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();
vi.setConfig({ maxConcurrency: atOnce });

const stories: readonly Story[] = [
  expansions.jump,
  reductions.haToReplicas,
  reductions.replicasToSingle,
  adjustments.moreReplicas,
  adjustments.memberAnew,
  switchovers.members,
  switchovers.plain,
];

// A server refused one connection while a slot was made on it, or a router while it was told to take a server back: the
// step was over for good and the whole operation was undone. Only waits looked again.
describe.concurrent('an operation during which every node refuses one connection at every step', () => {
  test.for(stories)('$name ends as ever', async (story) => {
    const shop = await begin({ story, newShop });
    const { faults, machines } = shop.world;
    faults.lookAround(
      ({ context, try: attempt }) => context?.direction === 'run' && context.attempt === 1 && attempt === 1,
      async () => machines.refuseOnce(),
    );
    const document = await tell(story, shop);

    expect(document).toMatchObject({ status: 'done', error: null });
    faults.clear();
    machines.takeAll();
    await expectSound(shop, story.plan.to?.primary);
    await expectAccountedFor(shop);
  });
});
