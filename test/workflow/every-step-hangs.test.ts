import { expect, test } from 'vitest';
import { hangAtEveryStep } from '../support/fake-world/every-step.ts';
import * as stories from '../support/fake-world/operations-under-test.ts';
import { peers, type Peer } from '../support/fake-world/outside.ts';
import type { Story } from '../support/fake-world/story.ts';
import { useControlPlane } from '../support/fake-world/use-control-plane.ts';

const newShop = useControlPlane();

const all = [
  stories.creations,
  stories.expansions,
  stories.reductions,
  stories.adjustments,
  stories.repairs,
  stories.switchovers,
  stories.failovers,
  stories.rollbacks,
  stories.stops,
  stories.startsAgain,
  stories.rotations,
  stories.renewals,
  stories.destructions,
].flatMap((group): readonly Story[] => Object.values(group));

const actionsOf = ({ plan: { steps } }: Story): ReadonlySet<string> =>
  new Set(steps.flatMap(({ run, undo }) => [run.action, ...undo.map(({ action }) => `undo by ${action}`)]));

/** Few that together have every action and every compensation there is: each hangs in the same way wherever it stands. */
const fewWithEveryAction = (): readonly Story[] => {
  const chosen: Story[] = [];
  const left = new Set(all.flatMap((story) => [...actionsOf(story)]));
  const adds = (story: Story): number => [...actionsOf(story)].filter((action) => left.has(action)).length;
  while (left.size > 0) {
    const [best] = all.toSorted((a, b) => adds(b) - adds(a));
    chosen.push(best!);
    for (const action of actionsOf(best!)) left.delete(action);
  }
  return chosen;
};

const hung = new Set<Peer>();
for (const story of fewWithEveryAction()) hangAtEveryStep({ newShop, story, hung });

// Not concurrent: it comes after all of them.
test('each of those that are asked has hung', () => {
  expect(hung).toEqual(new Set(peers));
});
