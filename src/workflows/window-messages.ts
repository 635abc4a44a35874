import type { UpdateDefinition } from '@temporalio/common';
import { setHandler, type SignalDefinition } from '@temporalio/workflow';
import type { MessageEffect, RollbackRequest } from '../domain/messages.ts';
import type { CheckpointMessage } from '../domain/temporal-names.ts';
import { refusal } from './failures.ts';
import { checkpointSignals, checkpointUpdates } from './messages.ts';

/** `going back`: a rollback runs, or begins. */
type WindowStatus = 'open' | 'going back' | 'closing';

interface Window {
  /** Name of the database; null for a window that was begun by an earlier version. */
  readonly database: string | null;
  status(): WindowStatus;
  close(): void;
  goBack(request: RollbackRequest): void;
}

/** Handles requests as signals, which have no answer, and as updates, which are rejected if they arrive too late. */
export const handleWindowMessages = ({ database, status, close, goBack }: Window): void => {
  const effects: Readonly<Record<CheckpointMessage, (request?: RollbackRequest) => void>> = {
    confirm: close,
    rollback: (request) => goBack(request ?? {}),
  };
  for (const message of ['confirm', 'rollback'] as const) {
    const effect = effects[message];
    const description = descriptions[message];
    setHandler(checkpointSignals[message] as SignalDefinition<[RollbackRequest?]>, effect, { description });
    const answer = (request?: RollbackRequest): MessageEffect => {
      effect(request);
      return { takes_effect: 'now' };
    };
    const validator = (): void => {
      const reason = reasonsAgainst[message][status()];
      if (reason !== null) throw refusal(`Cannot ${deeds[message](database ?? 'the database')}: ${reason}`);
    };
    setHandler<MessageEffect, [RollbackRequest?], UpdateDefinition<MessageEffect, [RollbackRequest?]>>(
      checkpointUpdates[message],
      answer,
      { description: `${description} Rejected if it arrives too late.`, validator },
    );
  }
};

const descriptions: Readonly<Record<CheckpointMessage, string>> = {
  confirm: 'Close the window now.',
  rollback: 'Go back to the stage before.',
};

const deeds: Readonly<Record<CheckpointMessage, (database: string) => string>> = {
  confirm: (database) => `close the rollback window of ${database}`,
  rollback: (database) => `roll ${database} back`,
};

/** Null if the message is acceptable. Closing a window that is already closing succeeds. */
const reasonsAgainst: Readonly<Record<CheckpointMessage, Readonly<Record<WindowStatus, string | null>>>> = {
  confirm: {
    open: null,
    'going back': 'it is being rolled back. Wait until that has ended.',
    closing: null,
  },
  rollback: {
    open: null,
    'going back': 'it is being rolled back already. Wait until that has ended.',
    closing: 'its rollback window is closing, or closed.',
  },
};
