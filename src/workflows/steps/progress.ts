import { setCurrentDetails } from '@temporalio/workflow';
import type { Progress } from '../../domain/messages.ts';
import type { StepStatus } from '../../domain/operation.ts';
import type { Step } from '../../domain/plan.ts';

export interface ProgressBoard {
  read(): Progress;
  mark(step: number, status: StepStatus): void;
  /** `message`: by which it would continue. */
  waitFor(what: string | null, message?: Progress['waits_for_message']): void;
}

/** Before there is a plan. */
export const planning = (operation: string): Progress => ({
  operation,
  database: null,
  steps: [],
  waiting_for: 'its plan',
  waits_for_message: null,
});

export const createProgressBoard = (operation: string, database: string, steps: readonly Step[]): ProgressBoard => {
  const statuses: StepStatus[] = steps.map(() => 'pending');
  let waitingFor: string | null = null;
  let waitsForMessage: Progress['waits_for_message'] = null;
  const show = () => setCurrentDetails(render(database, steps, statuses, waitingFor));
  show();
  return {
    read: () => ({
      operation,
      database,
      steps: steps.map(({ name, phase }, index) => ({ name, phase, status: statuses[index] ?? 'pending' })),
      waiting_for: waitingFor,
      waits_for_message: waitsForMessage,
    }),
    mark(step, status) {
      statuses[step] = status;
      show();
    },
    waitFor(what, message = null) {
      waitingFor = what;
      waitsForMessage = message;
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
