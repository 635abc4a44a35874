import { MockActivityEnvironment } from '@temporalio/testing';
import type { ConfiguredNode } from '../../../src/domain/node-config.ts';
import type { ActionContext, ActionResult, Actions, ActivityName } from '../../../src/domain/step-actions.ts';
import { asOperation } from '../single-step.ts';
import type { Shop } from './operator.ts';
import type { Activity } from './without-temporal.ts';

/** One action of an operation that does nothing else. */
export const act = async <A extends ActivityName>(
  shop: Shop,
  action: A,
  input: Actions[A],
  more: Partial<ActionContext> = {},
): Promise<ActionResult> => {
  let result: ActionResult = {};
  await asOperation(shop.world.store, shop.id, async (operation) => {
    const context = {
      operation,
      database: shop.id,
      step: 0,
      direction: 'run',
      attempt: 1,
      patience_seconds: 2,
      ...more,
    };
    const activity = shop.world.activities[action] as Activity;
    const running: Promise<unknown> = new MockActivityEnvironment().run(activity, { context, input });
    result = (await running) as ActionResult;
  });
  return result;
};

/** Every node as an operation has made or configured it last. */
export const configuredNodes = async ({ id, world: { store } }: Shop): Promise<readonly ConfiguredNode[]> => {
  const nodes = new Map<string, ConfiguredNode>();
  for (const operation of (await store.listOperations(id)).toReversed())
    for (const { run } of (await store.readPlan(operation.id))!.steps)
      if (run.action === 'ensureNode' || run.action === 'configureNode') nodes.set(run.input.node.name, run.input);
  return [...nodes.values()];
};
