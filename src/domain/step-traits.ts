import type { Lane } from './operation.ts';
import type { Block, Plan } from './plan.ts';

/** What a step of a plan is, beside its name: recorded when its operation begins. */
export interface StepTraits {
  readonly cut_over: boolean;
  readonly waits_for_signal: boolean;
  readonly lane: Lane | null;
  /** Of a grace period; null of every other step. */
  readonly grace_seconds: number | null;
}

/** In the order of the steps. */
export const traitsOf = ({ steps, order }: Pick<Plan, 'steps' | 'order'>): readonly StepTraits[] => {
  const lanes = lanesIn(order);
  return steps.map(({ run, point_of_no_return, waits_for_signal }, index) => ({
    cut_over: point_of_no_return === true,
    waits_for_signal: waits_for_signal === true,
    lane: lanes.get(index) ?? null,
    grace_seconds: run.action === 'gracePeriod' ? run.input.seconds : null,
  }));
};

/** By the index of the step. Lanes within a lane belong to it. */
const lanesIn = (order: readonly Block[]): ReadonlyMap<number, Lane> => {
  const lanes = new Map<number, Lane>();
  let groups = 0;
  const walk = (blocks: readonly Block[], lane: Lane | null): void => {
    for (const block of blocks) {
      if ('step' in block) {
        if (lane) lanes.set(block.step, lane);
      } else if ('blocks' in block) walk(block.blocks, lane);
      // Nothing runs beside the only one.
      else if (block.lanes.length === 1) walk(block.lanes[0]!, lane);
      else {
        const group = lane ? lane.group : groups++;
        block.lanes.forEach((inner, number) => walk(inner, lane ?? { group, number }));
      }
    }
  };
  walk(order, null);
  return lanes;
};
