import type { ActionCall, ActivityCall } from '../step-actions.ts';
import type { ErrorCode } from '../errors.ts';
import type { Block, Step } from '../plan.ts';

/** How planners write a plan down: steps, in parallel, with fresh attempts. `flatten` numbers the steps. */
export type PlanItem = Step | { readonly inParallel: readonly (readonly PlanItem[])[] } | RetriedFromScratch;

interface RetriedFromScratch {
  readonly retriedFromScratch: number;
  readonly after?: ErrorCode;
  readonly outline: readonly PlanItem[];
}

export const inParallel = (...lanes: readonly (readonly PlanItem[])[]): PlanItem => ({ inParallel: lanes });

export const retriedFromScratch = (attempts: number, outline: readonly PlanItem[]): PlanItem => ({
  retriedFromScratch: attempts,
  outline,
});

/** A hand-over that had to be called off left everything as it was: it may find a better moment. */
export const handOverAttempts = (outline: readonly PlanItem[]): PlanItem => ({
  retriedFromScratch: 3,
  after: 'handed_back',
  outline,
});

type Marks = Pick<Step, 'point_of_no_return' | 'waits_for_signal' | 'spares_window'>;

export const step = (
  phase: string,
  name: string,
  run: ActionCall,
  undo: readonly ActivityCall[] = [],
  marks: Marks = {},
): Step => ({ name, phase, run, undo, ...marks });

/** Flattens an outline: the steps in reading order, and the order in which they run. */
export const flatten = (
  outline: readonly PlanItem[],
): { readonly steps: readonly Step[]; readonly order: readonly Block[] } => {
  const steps: Step[] = [];
  const place = (items: readonly PlanItem[]): readonly Block[] =>
    items.map((item): Block => {
      if ('inParallel' in item) return { lanes: item.inParallel.map(place) };
      if ('retriedFromScratch' in item) {
        const { retriedFromScratch: attempts, after } = item;
        return { attempts, ...(after ? { after } : {}), blocks: place(item.outline) };
      }
      steps.push(item);
      return { step: steps.length - 1 };
    });
  const order = place(outline);
  return { steps, order };
};
