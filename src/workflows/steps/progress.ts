import { setCurrentDetails } from '@temporalio/workflow';
import type { StepStatus } from '../../domain/operation.ts';
import type { Step } from '../../domain/plan.ts';

/** What the query `progress` answers and Temporal Web shows as current details. */
export interface Progress {
  readonly operation: string;
  /** Name; null until there is a plan. */
  readonly database: string | null;
  readonly steps: readonly { readonly name: string; readonly phase: string; readonly status: StepStatus }[];
  readonly waiting_for: string | null;
}

export interface ProgressBoard {
  read(): Progress;
  mark(step: number, status: StepStatus): void;
  waitFor(what: string | null): void;
}

/** Before there is a plan. */
export const planning = (operation: string): Progress => ({
  operation,
  database: null,
  steps: [],
  waiting_for: 'its plan',
});

export const createProgressBoard = (operation: string, database: string, steps: readonly Step[]): ProgressBoard => {
  const statuses: StepStatus[] = steps.map(() => 'pending');
  let waitingFor: string | null = null;
  const show = () => setCurrentDetails(render(database, steps, statuses, waitingFor));
  show();
  return {
    read: () => ({
      operation,
      database,
      steps: steps.map(({ name, phase }, index) => ({ name, phase, status: statuses[index] ?? 'pending' })),
      waiting_for: waitingFor,
    }),
    mark(step, status) {
      statuses[step] = status;
      show();
    },
    waitFor(what) {
      waitingFor = what;
      show();
    },
  };
};

const signs: Record<StepStatus, string> = {
  pending: '☐',
  running: '▶',
  done: '☑',
  failed: '✗',
  undone: '↩',
  undo_failed: '⚠',
};

const render = (
  database: string,
  steps: readonly Step[],
  statuses: readonly StepStatus[],
  waitingFor: string | null,
): string => {
  const done = statuses.filter((status) => status === 'done').length;
  const lines = steps.map(({ name, phase }, index) => `- ${signs[statuses[index] ?? 'pending']} **${phase}** ${name}`);
  return [
    `### ${database}: ${done} of ${steps.length} steps`,
    ...(waitingFor ? [`Waits for ${waitingFor}.`] : []),
    '',
    ...lines,
  ].join('\n');
};
