import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { OpenedOperation } from '../domain/operation-activities.ts';
import type { OperationMessage } from '../domain/temporal-names.ts';
import { refusal } from './failures.ts';
import { operationSignals, operationUpdates, switchoverSignal, type MessageEffect, type Sender } from './messages.ts';
import type { PlanRun } from './steps/run-plan.ts';

/** How far an operation is, as its messages need to know. */
export interface Standing {
  opened: OpenedOperation | null;
  run: PlanRun | null;
  /** `finishing`: every step is done. `undoing`: it is on its way back, or says why it cannot be. */
  state: 'opening' | 'running' | 'finishing' | 'undoing';
}

export interface ReceivedMessages {
  /** The sender that released its cut-over; null for none yet. */
  releasedBy(): string | null;
  isConfirmed(): boolean;
}

/** What is not said by a message that names its sender. */
const unnamed = 'unknown';

/** Takes messages as signals, which have no answer, and as updates, which are refused when they come too late. */
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
    const description = `${descriptions[message]} Refused where it comes too late.`;
    setHandler<MessageEffect, [Sender?], UpdateDefinition<MessageEffect, [Sender?]>>(
      operationUpdates[message],
      answer,
      {
        description,
        validator,
      },
    );
  }
  // Who starts a switchover by signal-with-start may meet an operation whose cut-over another one holds back.
  setHandler(switchoverSignal, (payload) => void (payload?.service_id === undefined && effects.cutover(payload)), {
    description:
      'The same as `cutover`; with the input of a switchover it is not meant for this operation, and nothing.',
  });
  return { releasedBy: () => releasedBy, isConfirmed: () => confirmed };
};

const descriptions: Readonly<Record<OperationMessage, string>> = {
  cutover: 'Go ahead with a cut-over that waits.',
  abort: 'Undo everything done so far and end.',
  confirm: 'Cut a grace period short.',
};

/** Each names the subject and the next action; null where nothing is in the way. */
const reasonsAgainst: Readonly<Record<OperationMessage, (standing: Standing) => string | null>> = {
  cutover({ opened, run }) {
    const held = opened?.plan.steps.some((step) => step.waits_for_signal) && opened.cutover === 'on_signal';
    if (opened && !held) return `${subject(opened)} waits for no message: it cuts over by itself, if at all.`;
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
    return `${subject(opened)} is in no grace period that could be cut short. Wait for its end.`;
  },
};

const pastReturn = (opened: OpenedOperation | null): string => {
  const step = opened?.plan.point_of_no_return;
  return (
    `Too late to abort: ${subject(opened)} is past its point of no return${step ? `, "${step}"` : ''}, and goes on to its end. ` +
    'Once it is done, what can be rolled back is shown by its status.'
  );
};

const subject = (opened: OpenedOperation | null): string =>
  opened ? `${opened.plan.type.replaceAll('_', ' ')} of ${opened.database.name}` : 'The operation';
