import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test, vi } from 'vitest';
import type { ActionContext, ActivityCall } from '../../../src/domain/step-actions.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { openAtOnce, type Activity } from './without-temporal.ts';
import { atOnce, begin, noReturnOf, type Trial } from './every-step.ts';
import type { PatroniState } from './etcd-cluster.ts';
import { expectNobodyHeld } from './expectations.ts';
import type { Picture } from './world-snapshot.ts';

/**
 * Breaks every step off in its middle, after each single thing it does, and undoes it: nothing of it may be left. Without
 * Temporal, one step after the other, in one world.
 */
export const undoHalfOfEveryStep = ({ story, newShop, at = () => true }: Trial): void => {
  vi.setConfig({ maxConcurrency: atOnce });
  const mayBreak = (step: Step) => step.undo.length > 0 && at(step);
  const steps = story.plan.steps.slice(0, noReturnOf(story));
  if (!steps.some(mayBreak)) return;

  test.concurrent(`${story.name}: every step is undone wherever it was broken off`, async () => {
    const shop = await begin({ story, newShop });
    const { activities, lives } = shop.world;
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const operation = randomUUID();
    const { plan, patience_seconds } = await openAtOnce(shop, story.deed, operation);
    const perform = ({ action, input }: ActivityCall, step: number, direction: ActionContext['direction']) => {
      const context = { operation, database: shop.id, step, direction, attempt: 1, patience_seconds };
      return environment.run(activities[action] as Activity, { context, input });
    };

    for (const [index, step] of plan.steps.slice(0, steps.length).entries()) {
      const call = step.run as ActivityCall;
      for (let calls = 1; mayBreak(step); calls += 1) {
        const before = lasting(await shop.picture());
        const survived = await lives.liveFor(calls, () => perform(call, index, 'run'));
        for (const compensation of step.undo) await perform(compensation, index, 'undo');
        expect(lasting(await shop.picture()), `${step.name}, broken off after ${calls} calls`).toEqual(before);
        if (!survived) continue;
        expect(calls).toBeGreaterThan(1);
        break;
      }
      await perform(call, index, 'run');
    }
    expectNobodyHeld(shop);
  });
};

/** A cluster that is still being built goes as a whole: whom it remembers until then harms no one. */
const lasting = ({ etcd, slots, ...rest }: Picture) => {
  const clusters = Object.values(etcd) as readonly PatroniState[];
  const unbuilt = clusters.filter(({ standbyOf }) => standbyOf).flatMap(({ members }) => [...members]);
  return {
    ...rest,
    clusters: clusters.map((cluster) => ({ ...cluster, members: null, remembered: null })),
    slots: Object.fromEntries(Object.entries(slots).filter(([name]) => !unbuilt.includes(name))),
  };
};
