import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { OperationDocument } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { Picture, Shop } from './operator.ts';
import { tell, type Story } from './stories.ts';

/** Databases that fail at the same time; more would only wait for each other. */
const atOnce = 8;

interface Breaks {
  readonly story: Story;
  readonly newShop: () => Shop;
  /** Steps to break at; all of them by default. */
  readonly at?: (step: Step) => boolean;
}

/**
 * Breaks an operation for good at every step of its plan: after the step has done everything, and where it has a
 * compensation also before it has done anything.
 */
export const breakAtEveryStep = ({ story, newShop, at = () => true }: Breaks): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const { steps } = story.plan;
  const noReturn = steps.findIndex((step) => step.point_of_no_return);
  const isBefore = (index: number) => noReturn < 0 || index < noReturn;
  const breaks = steps.flatMap((step, index) => {
    if (!at(step)) return [];
    const outcome = isBefore(index) ? ('put back' as const) : ('left to the operator' as const);
    const after = { name: step.name, index, when: 'after' as const, outcome };
    return step.undo.length > 0 ? [{ ...after, when: 'before' as const }, after] : [after];
  });

  const breakAt = async ({ index, when }: (typeof breaks)[number]) => {
    const shop = newShop();
    await story.prepare(shop);
    const operation = randomUUID();
    const before = await shop.picture();
    shop.world.faults.add({
      when,
      at: ({ context }) => context?.operation === operation && context.direction === 'run' && context.step === index,
    });
    return { shop, before, document: await tell(story, shop, operation) };
  };

  describe.concurrent(`${story.name}, broken for good`, () => {
    test.for(breaks)('$when "$name" is $outcome', async (broken) => {
      const { shop, before, document } = await breakAt(broken);

      expect(document.error?.step).toBe(broken.name);
      expectNobodyHeld(shop);
      if (broken.outcome === 'put back') await expectPutBack(shop, before, document);
      else expectNothingUndone(shop, document);
      const handedOver = !isBefore(broken.index) && (broken.index > noReturn || broken.when === 'after');
      const primary = handedOver ? story.plan.to?.primary : before.topology?.primary;
      if (story.workflow === 'expand') expect(await shop.write('order 1', 'pooled')).toBe(primary);
    });
  });
};

const expectPutBack = async (shop: Shop, before: Picture, { id, status, error }: OperationDocument): Promise<void> => {
  expect({ status, left_over: error?.left_over }).toEqual({ status: 'rolled_back', left_over: [] });
  expect(await shop.labelled(id)).toEqual([]);
  expect(await shop.picture()).toEqual(before);
  expect(await shop.world.store.readOpenCheckpoint(shop.id)).toBeNull();
};

const expectNothingUndone = (shop: Shop, { status }: OperationDocument): void => {
  expect(status).toBe('needs_operator');
  expect(shop.world.faults.calls.filter(({ context }) => context?.direction === 'undo')).toEqual([]);
};

/** No client waits and no two servers take writes. */
export const expectNobodyHeld = ({ world: { machines, poolers, servers } }: Shop): void => {
  const pooled = machines.running().filter(({ kind }) => kind === 'pgbouncer');
  expect(pooled.filter((pooler) => poolers.isPaused(pooler) || poolers.isArmed(pooler))).toEqual([]);
  expect(servers.violations).toEqual([]);
};
