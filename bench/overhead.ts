import type { StepFigure } from './figures.ts';

/**
 * pgrow's own time per step, in milliseconds: (operation − time during which any step ran) / number of steps.
 *
 * What lies outside all steps is Temporal's scheduling (a workflow task, an activity task), the records of begin and
 * end in the metadata, the checkpoint and the plan at the beginning. Of steps in parallel only the time in which none
 * ran counts, so a gap in one lane that another covers costs no one anything and is not seen. What an action does
 * before its first request (reading the database's record and secrets) is inside its step and not seen either.
 */
export const overheadPerStepMs = (operationMs: number, steps: readonly StepFigure[]): number =>
  steps.length === 0 ? operationMs : Math.max(0, operationMs - coveredMs(steps)) / steps.length;

/** Length of the union of the steps' times. */
const coveredMs = (steps: readonly StepFigure[]): number => {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { began_ms, duration_ms } of [...steps].sort((a, b) => a.began_ms - b.began_ms)) {
    const end = began_ms + duration_ms;
    covered += Math.max(0, end - Math.max(until, began_ms));
    until = Math.max(until, end);
  }
  return covered;
};
