import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { MessageEffect, Sender } from '../domain/messages.ts';
import type { OpenedOperation } from '../domain/operation-activities.ts';
import type { OperationMessage } from '../domain/temporal-names.ts';
import { refusal } from './failures.ts';
import { operationSignals, operationUpdates, switchoverSignal } from './messages.ts';
import type { PlanRun } from './steps/run-plan.ts';

/** Progress of an operation, as far as its messages depend on it. */
export interface Standing {
  opened: OpenedOperation | null;
  run: PlanRun | null;
  /** `finishing`: every step is done. `undoing`: it is being undone, or reports why it cannot be. */
  state: 'opening' | 'running' | 'finishing' | 'undoing';
}

export interface ReceivedMessages {
  /** The sender that released its cut-over; null for none yet. */
  releasedBy(): string | null;
  isConfirmed(): boolean;
}

/** For messages that do not name their sender. */
const unnamed = 'unknown';

/** Handles messages as signals, which have no answer, and as updates, which are rejected if they arrive too late. */
export const handleMessages = (standing: Standing, abort: () => void): ReceivedMessages => {
  let releasedBy: string | null = null;
  let confirmed = false;
  const effects: Readonly<Record<OperationMessage, (sender?: Sender) => void>> = {
    cutover: (sender) => void (releasedBy ??= sender?.actor ?? unnamed),
    abort,
    confirm: () => void (confirmed = true),
  };
  for (const message of ['cutover', 'abort', 'confirm'] as const) {
    setHandler(operationSignals[message], effects[message], { description: descriptions[message] });
    const answer = (sender?: Sender): MessageEffect => {
      const early = message === 'cutover' && standing.run?.waitsFor() !== 'cutover';
      effects[message](sender);
      return { takes_effect: early ? 'when_ready' : 'now' };
    };
    const validator = (): void => {
      const reason = reasonsAgainst[message](standing);
      if (reason !== null) throw refusal(reason);
    };
    const description = `${descriptions[message]} Rejected if it arrives too late.`;
    setHandler<MessageEffect, [Sender?], UpdateDefinition<MessageEffect, [Sender?]>>(
      operationUpdates[message],
      answer,
      {
        description,
        validator,
      },
    );
  }
  // A signal-with-start for a switchover may reach another operation, whose cut-over it must not release.
  setHandler(switchoverSignal, (payload) => void (payload?.service_id === undefined && effects.cutover(payload)), {
    description: 'The same as `cutover`. With the input of a switchover it is meant for another operation and ignored.',
  });
  return { releasedBy: () => releasedBy, isConfirmed: () => confirmed };
};

const descriptions: Readonly<Record<OperationMessage, string>> = {
  cutover: 'Start a cut-over that is waiting.',
  abort: 'Undo everything done so far and end.',
  confirm: 'End a grace period early.',
};

/** Each names the subject and the next action; null if the message is acceptable. */
const reasonsAgainst: Readonly<Record<OperationMessage, (standing: Standing) => string | null>> = {
  cutover({ opened, run }) {
    const held = opened?.plan.steps.some((step) => step.waits_for_signal) && opened.cutover === 'on_signal';
    if (opened && !held) return `${subject(opened)} has no cut-over that waits for a message.`;
    return run?.committed() ? `${subject(opened)} has cut over already.` : null;
  },
  abort({ opened, run, state }) {
    if (run?.committed() && state !== 'undoing') return pastReturn(opened);
    if (state === 'finishing') return `Too late to abort: ${subject(opened)} has done all its steps.`;
    if (state === 'undoing') return `Too late to abort: ${subject(opened)} is being undone already, or has failed.`;
    return null;
  },
  confirm({ opened, run }) {
    if (run?.waitsFor() === 'grace period') return null;
    return `${subject(opened)} is not in a grace period, so there is nothing to confirm.`;
  },
};

const pastReturn = (opened: OpenedOperation | null): string => {
  const step = opened?.plan.point_of_no_return;
  return (
    `Too late to abort: ${subject(opened)} is past its point of no return${step ? `, "${step}"` : ''}, and will finish. ` +
    'Once it is done, the status of the database shows whether it can be rolled back.'
  );
};

const subject = (opened: OpenedOperation | null): string =>
  opened ? `${opened.plan.type.replaceAll('_', ' ')} of ${opened.database.name}` : 'The operation';
