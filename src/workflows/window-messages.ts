import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import { refusal } from './failures.ts';
import { rollbackSignal, rollbackUpdate, type MessageEffect, type RollbackRequest } from './messages.ts';

interface Window {
  /** Name of the database; null for a window that was begun by an earlier version. */
  readonly database: string | null;
  /** `going back`: a rollback runs, or begins. */
  state(): 'open' | 'going back' | 'closing';
  goBack(request: RollbackRequest): void;
}

/** Takes requests for a rollback as signals, which have no answer, and as updates, which are refused when they come too late. */
export const handleWindowMessages = ({ database, state, goBack }: Window): void => {
  setHandler(rollbackSignal, (asked) => goBack(asked ?? {}), { description });
  const answer = (asked?: RollbackRequest): MessageEffect => {
    goBack(asked ?? {});
    return { takes_effect: 'now' };
  };
  const validator = (): void => {
    const reason = reasonsAgainst[state()];
    if (reason !== null) throw refusal(`Cannot roll ${database ?? 'the database'} back: ${reason}`);
  };
  setHandler<MessageEffect, [RollbackRequest?], UpdateDefinition<MessageEffect, [RollbackRequest?]>>(
    rollbackUpdate,
    answer,
    {
      description: `${description} Refused where it comes too late.`,
      validator,
    },
  );
};

const description = 'Go back to the stage before.';

const reasonsAgainst = {
  open: null,
  'going back': 'it is being rolled back already. Wait for the end of that.',
  closing: 'its rollback window is closing, or closed.',
} as const;
