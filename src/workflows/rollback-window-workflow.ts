import {
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  TerminatedFailure,
  uuid4,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors.ts';
import type { OperationInput } from '../domain/inputs.ts';
import type { RollbackRequest } from '../domain/messages.ts';
import { operationWorkflowId } from '../domain/naming.ts';
import { isPastReturn } from '../domain/operation.ts';
import type { RollbackTarget, RollbackWindow } from '../domain/rollback-window.ts';
import { watchHealth } from './activities.ts';
import { closeWindow } from './rollback-window.ts';
import { codeOf, documentOf, toOperationError } from './failures.ts';
import { checkpointQuery, type CheckpointWorkflow, type RollbackWorkflow } from './messages.ts';
import { childAttributes } from './search-attributes.ts';
import { handleWindowMessages } from './window-messages.ts';

/**
 * Keeps a rollback possible until it is confirmed or its time is over, then removes what was kept for it. Rolls back on
 * request, and by itself when the new stage takes no writes. If that is refused, the window stays open until a request closes it.
 */
export const checkpoint: CheckpointWorkflow = async (input) => {
  const { database, on_close } = input;
  let confirmed = false;
  let request: RollbackRequest | null = null;
  let open = true;
  let gone = false;
  let deadline = deadlineOf(input);
  let notWatched: string | null = null;
  const until = () => (deadline === null ? null : new Date(deadline).toISOString());
  const show = () => setCurrentDetails(open ? describe(until(), notWatched) : closing);
  handleWindowMessages({
    database: input.before?.name ?? null,
    status: () => (!open || confirmed || gone ? 'closing' : request === null ? 'open' : 'going back'),
    close: () => void (confirmed = true),
    goBack: (asked) => void (request = asked),
  });
  setHandler(checkpointQuery, () => ({ checkpoint: input.checkpoint, open, until: until(), not_watched: notWatched }), {
    description: 'Whether the window is open, until when, and whether the stage is being watched.',
  });
  show();

  let own: RollbackRequest | null = null;
  const health = new CancellationScope();
  const watching = health.run(() =>
    keepWatching(database, {
      async unhealthy(reason) {
        request ??= own = { actor: 'pgrow', reason };
        await condition(() => own === null);
      },
      watched(failure) {
        notWatched = failure;
        show();
      },
      vanished: () => void (gone = true),
    }),
  );

  const isAsked = () => confirmed || gone || request !== null;
  for (;;) {
    if (deadline === null) await condition(isAsked);
    else await condition(isAsked, Math.max(1, deadline - Date.now()), { summary: 'rollback possible until it fires' });
    const asked = request as RollbackRequest | null;
    if (confirmed || gone || !asked) break;
    const outcome = await tryRollback(database, asked, input.before);
    if (request === asked) request = null;
    if (outcome === 'undone') {
      // If the stage has failed, the kept nodes may be all that is left: only an operator may remove them.
      if (asked === own) deadline = null;
      own = null;
      show();
      continue;
    }
    // If it is done, the window is used up. If it is unfinished, the same request resumes it and needs everything that was kept.
    health.cancel();
    await watching;
    return;
  }
  open = false;
  show();
  health.cancel();
  await watching;
  // Destroying a database has removed what was kept for it.
  if (!gone) await closeWindow({ checkpoint: input.checkpoint, database, on_close }, 'until it is closed');
};

const deadlineOf = ({ until, timeout_seconds }: RollbackWindow): number | null => {
  if (until === undefined) return Date.now() + timeout_seconds * 1000;
  return until === null ? null : Date.parse(until);
};

const closing = 'Closing: what was kept for a rollback is being removed.';

const describe = (until: string | null, notWatched: string | null): string =>
  [
    until === null ? 'Open until `confirm` or the next operation closes it.' : `Open until ${until}.`,
    ...(notWatched === null ? [] : [`Not watched at the moment: ${notWatched}`]),
  ].join('\n\n');

interface Watch {
  /** Resolves when the rollback that this asks for has been refused or undone. */
  unhealthy(reason: string): Promise<void>;
  /** Null while the stage is watched; else why it is not. */
  watched(failure: string | null): void;
  /** The database no longer exists. */
  vanished(): void;
}

/** Seconds: between two watches, and between two rollbacks that the watch asks for; each doubles up to the last. */
const rewatchAfter = [10, 300] as const;
const askAgainAfter = [300, 3600] as const;

/** Ends when it is cancelled. A watch that fails starts again, so that no window is left unwatched silently. */
const keepWatching = async (serviceId: string, watch: Watch): Promise<void> => {
  let failures = 0;
  let refusals = 0;
  try {
    for (;;) {
      let pause: number;
      try {
        const { reason } = await watchHealth({ database: serviceId });
        await watch.unhealthy(reason);
        if (!patched('watch-again')) return;
        failures = 0;
        pause = backOff(askAgainAfter, refusals++);
      } catch (error) {
        if (isCancellation(error) || !patched('watch-again')) return;
        if (codeOf(error) === ('not_found' satisfies ErrorCode)) return watch.vanished();
        watch.watched(toOperationError(error, null).message);
        pause = backOff(rewatchAfter, failures++);
      }
      await sleep(pause * 1000, { summary: 'until the stage is watched again' });
      watch.watched(null);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
};

const backOff = ([first, most]: readonly [number, number], before: number): number =>
  Math.min(most, first * 2 ** Math.min(before, 10));

/** Seconds that a rollback waits for what it needs. */
const rollbackPatienceSeconds = 120;

/**
 * `undone`: it was refused, undone or blocked by another operation, and the window stays open. `unfinished`: it stopped past
 * its point of no return, so what the window keeps may be the primary.
 */
const tryRollback = async (
  serviceId: string,
  request: RollbackRequest,
  before?: RollbackTarget,
): Promise<'done' | 'undone' | 'unfinished'> => {
  const operation_id = request.operation_id ?? uuid4();
  const input: OperationInput<'rollback'> = {
    service_id: serviceId,
    operation_id,
    actor: request.actor ?? 'unknown',
    // A request by signal was confirmed before; the rollback of a failed stage needs no confirmation.
    confirm: true,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(request.plan_digest === undefined ? {} : { plan_digest: request.plan_digest }),
    options: { checkpoint_timeout: rollbackPatienceSeconds, ...request.options },
  };
  try {
    await executeChild<RollbackWorkflow>('rollback', {
      workflowId: operationWorkflowId(serviceId),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [input],
      typedSearchAttributes: childAttributes('rollback', before?.stage ?? null),
      staticSummary: before ? `rollback ${before.name}` : 'rollback',
      memo: { operation_id },
    });
    return 'done';
  } catch (error) {
    // Terminated: only the record knows how far it came, so nothing that was kept may be removed. The monitor starts the
    // window again once the operation has been undone or finished.
    const isCut = error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
    if (isCut && patched('rollback-was-terminated')) return 'unfinished';
    const document = documentOf(error);
    return document && isPastReturn(document) ? 'unfinished' : 'undone';
  }
};
