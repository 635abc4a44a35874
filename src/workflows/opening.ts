import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { OpenedOperation } from '../domain/operation-activities.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { Opened } from '../domain/messages.ts';
import { openedUpdate } from './messages.ts';

type Begun = OpenedOperation | { readonly done: OperationDocument };

interface Opening {
  /** Waits until the operation is open, and answers all waiting callers before the workflow can end. */
  of<T extends Begun>(operation: string, opening: Promise<T>): Promise<T>;
}

/** The caller that starts an operation gets its plan, or the refusal, from the only place that plans it. */
export const answerOpening = (): Opening => {
  let outcome: { readonly opened: Opened } | { readonly refused: unknown } | null = null;
  const answer = async (): Promise<Opened> => {
    await condition(() => outcome !== null);
    if ('refused' in outcome!) throw outcome.refused;
    return outcome!.opened;
  };
  setHandler(openedUpdate, answer, {
    description: 'Answers with the plan once the operation has begun; fails with the reason where it is refused.',
  });
  return {
    async of(operation, opening) {
      try {
        const begun = await opening;
        outcome = { opened: openedOf(operation, begun) };
        return begun;
      } catch (error) {
        outcome = { refused: error };
        throw error;
      } finally {
        await condition(allHandlersFinished);
      }
    },
  };
};

const openedOf = (operation_id: string, begun: Begun): Opened => {
  const { steps, warnings, cost_after } = 'done' in begun ? begun.done : begun.plan;
  return {
    operation_id,
    steps: steps.map(({ name }) => name),
    warnings,
    estimated_duration_minutes: 'done' in begun ? null : begun.plan.estimated_duration_minutes,
    estimated_monthly_cost: cost_after.monthly_usd,
  };
};
