import {
  CancellationScope,
  condition,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { ErrorCode } from '../domain/errors.ts';
import { watchHealth } from './activities.ts';
import { closeWindow } from './close-window.ts';
import { codeOf, toOperationError } from './failures.ts';
import { checkpointQuery, confirmSignal, type CheckpointWorkflow, type RollbackRequest } from './messages.ts';
import type { RollbackWindow } from '../domain/rollback-window.ts';
import { tryRollback } from './try-rollback.ts';
import { hearRollback } from './window-messages.ts';

/**
 * Keeps the way back open until it is confirmed or time runs out, then removes what was kept for it. Goes back when
 * asked to, and by itself when the new stage turns unhealthy; where that is refused, it stays open until a request closes it.
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
  setHandler(confirmSignal, () => void (confirmed = true), { description: 'Close the window now.' });
  hearRollback({
    database: input.before?.name ?? null,
    state: () => (!open || confirmed || gone ? 'closing' : request === null ? 'open' : 'going back'),
    goBack: (asked) => void (request = asked),
  });
  setHandler(checkpointQuery, () => ({ checkpoint: input.checkpoint, open, until: until(), not_watched: notWatched }), {
    description: 'Whether the window is open, until when, and whether somebody watches the stage.',
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

  const told = () => confirmed || gone || request !== null;
  for (;;) {
    if (deadline === null) await condition(told);
    else await condition(told, Math.max(1, deadline - Date.now()), { summary: 'rollback possible until it fires' });
    const asked = request as RollbackRequest | null;
    if (confirmed || gone || !asked) break;
    const outcome = await tryRollback(database, asked, input.before);
    if (request === asked) request = null;
    if (outcome === 'undone') {
      // Of a stage that has failed, what was kept may be all there is: it goes only when an operator says so.
      if (asked === own) deadline = null;
      own = null;
      show();
      continue;
    }
    // Done it has used the window up; unfinished it goes on when it is asked for again, and nothing kept may go until then.
    health.cancel();
    await watching;
    return;
  }
  open = false;
  show();
  health.cancel();
  await watching;
  // With a database that was destroyed went what was kept for it.
  if (!gone) await closeWindow({ checkpoint: input.checkpoint, database, on_close }, 'until it is closed');
};

const deadlineOf = ({ until, timeout_seconds }: RollbackWindow): number | null => {
  if (until === undefined) return Date.now() + timeout_seconds * 1000;
  return until === null ? null : Date.parse(until);
};

const closing = 'Closes: what was kept for a rollback is removed, for as long as that takes.';

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
  /** There is no such database any more. */
  vanished(): void;
}

/** Seconds: between two watches, and between two rollbacks that the watch asks for; each doubles up to the last. */
const rewatchAfter = [10, 300] as const;
const askAgainAfter = [300, 3600] as const;

/** Ends when it is cancelled. A watch that fails begins again, so that no window is left unwatched without a word. */
const keepWatching = async (database: string, watch: Watch): Promise<void> => {
  let failures = 0;
  let refusals = 0;
  try {
    for (;;) {
      let pause: number;
      try {
        const { reason } = await watchHealth({ database });
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
