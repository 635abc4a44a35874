import { looks } from './step-actions.ts';
import type { OperationWorkflow } from './inputs.ts';
import type { ClosesWindow } from './operation.ts';
import type { Step } from './plan.ts';

/** Whether a step leaves everything as it is, or makes only what can be undone and no rollback would miss. */
export const sparesWindow = ({ run, spares_window }: Pick<Step, 'run' | 'spares_window'>): boolean =>
  spares_window === true || looks.includes(run.action);

/**
 * At which step the rollback window of the last operation closes; null if no step acts.
 * `of`: type of that operation; null if no window is open.
 */
export const closingStep = (of: string | null, steps: readonly Step[]): ClosesWindow | null => {
  const step = steps.findIndex((candidate) => !sparesWindow(candidate));
  return of === null || step < 0 ? null : { of, step };
};

/** For people, who count from 1. */
export const closingText = ({ of, step }: ClosesWindow, steps: readonly Pick<Step, 'name'>[]): string =>
  `Closes the rollback window of the last ${of.replaceAll('_', ' ')} at step ${step + 1}, "${steps[step]?.name}": ` +
  `from there on that ${of.replaceAll('_', ' ')} can no longer be rolled back.`;

/**
 * Operations that close no window: a rollback uses it up, a destroy removes what it keeps, and the others touch nothing of that.
 */
export const leavesWindow: readonly OperationWorkflow[] = [
  'rollback',
  'destroyDatabase',
  'repair',
  'takeSnapshot',
  'rotateDatabase',
];
