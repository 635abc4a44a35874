import type { UpdateDefinition } from '@temporalio/common';
import { setHandler, type SignalDefinition } from '@temporalio/workflow';
import type { CheckpointMessage } from '../domain/temporal-names.ts';
import { refusal } from './failures.ts';
import { checkpointSignals, checkpointUpdates, type MessageEffect, type RollbackRequest } from './messages.ts';

/** `going back`: a rollback runs, or begins. */
type WindowStatus = 'open' | 'going back' | 'closing';

interface Window {
  /** Name of the database; null for a window that was begun by an earlier version. */
  readonly database: string | null;
  status(): WindowStatus;
  close(): void;
  goBack(request: RollbackRequest): void;
}

/** Takes requests as signals, which have no answer, and as updates, which are refused when they come too late. */
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
      { description: `${description} Refused where it comes too late.`, validator },
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

/** Null where nothing is in the way. Closing a window that closes is success. */
const reasonsAgainst: Readonly<Record<CheckpointMessage, Readonly<Record<WindowStatus, string | null>>>> = {
  confirm: {
    open: null,
    'going back': 'it is being rolled back. Wait for the end of that.',
    closing: null,
  },
  rollback: {
    open: null,
    'going back': 'it is being rolled back already. Wait for the end of that.',
    closing: 'its rollback window is closing, or closed.',
  },
};
