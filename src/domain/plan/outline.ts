import type { ActionCall, ActivityCall } from '../actions.ts';
import type { ErrorCode } from '../errors.ts';
import type { Block, Step } from '../plan.ts';

/** How planners write a plan down: steps, side by side, with fresh attempts. `compose` numbers the steps. */
export type Outline = Step | { readonly sideBySide: readonly (readonly Outline[])[] } | FreshAttempts;

interface FreshAttempts {
  readonly freshAttempts: number;
  readonly after?: ErrorCode;
  readonly outline: readonly Outline[];
}

export const sideBySide = (...lanes: readonly (readonly Outline[])[]): Outline => ({ sideBySide: lanes });

export const freshAttempts = (attempts: number, outline: readonly Outline[]): Outline => ({
  freshAttempts: attempts,
  outline,
});

/** A hand-over that had to be called off left everything as it was: it may find a better moment. */
export const handOverAttempts = (outline: readonly Outline[]): Outline => ({
  freshAttempts: 3,
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
export const compose = (
  outline: readonly Outline[],
): { readonly steps: readonly Step[]; readonly order: readonly Block[] } => {
  const steps: Step[] = [];
  const place = (items: readonly Outline[]): readonly Block[] =>
    items.map((item): Block => {
      if ('sideBySide' in item) return { lanes: item.sideBySide.map(place) };
      if ('freshAttempts' in item) {
        const { freshAttempts: attempts, after } = item;
        return { attempts, ...(after ? { after } : {}), blocks: place(item.outline) };
      }
      steps.push(item);
      return { step: steps.length - 1 };
    });
  const order = place(outline);
  return { steps, order };
};
