import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { ActivityCall } from '../domain/actions.ts';
import { watchHealth } from './activities.ts';
import { closeWindow } from './close-window.ts';
import { checkpointQuery, confirmSignal, rollbackSignal, type RollbackRequest } from './messages.ts';
import { tryRollback, type RollbackTarget } from './try-rollback.ts';

export interface CheckpointInput {
  readonly checkpoint: string;
  /** Service id. */
  readonly database: string;
  readonly timeout_seconds: number;
  /** What a rollback leads back to; absent from windows that were opened before it was told. */
  readonly before?: RollbackTarget;
  /** What was kept for a rollback and goes when the window closes. */
  readonly on_close: readonly ActivityCall[];
}

/**
 * Keeps the way back open until it is confirmed or time runs out, then removes what was kept for it. Goes back when
 * asked to, and by itself when the new stage turns unhealthy; where that is refused, it stays open until it is told.
 */
export const checkpoint = async (input: CheckpointInput): Promise<void> => {
  const { database, timeout_seconds, on_close } = input;
  let confirmed = false;
  let request: RollbackRequest | null = null;
  let open = true;
  setHandler(confirmSignal, () => void (confirmed = true), { description: 'Close the window now.' });
  setHandler(rollbackSignal, (asked) => void (request = asked ?? {}), { description: 'Go back to the stage before.' });
  setHandler(checkpointQuery, () => ({ checkpoint: input.checkpoint, open }), {
    description: 'Whether the window is open.',
  });

  let own: RollbackRequest | null = null;
  let deadline: number | null = Date.now() + timeout_seconds * 1000;
  const health = new CancellationScope();
  const watching = health
    .run(async () => {
      const { reason } = await watchHealth({ database });
      request ??= own = { actor: `pgrow: ${reason}` };
    })
    .catch((error: unknown) => {
      // Without the watch the window stays open and can be used by hand.
      if (!isCancellation(error)) return;
    });

  const told = () => confirmed || request !== null;
  for (;;) {
    if (deadline === null) await condition(told);
    else
      await condition(told, Math.max(1, deadline - Date.now()), {
        summary: 'rollback possible until it fires',
      });
    const asked = request as RollbackRequest | null;
    request = null;
    if (confirmed || !asked) break;
    if ((await tryRollback(database, asked, input.before)) === 'undone') {
      // Of a stage that has failed, what was kept may be all there is: it goes only when somebody says so.
      if (asked === own) deadline = null;
      continue;
    }
    // Done it has used the window up; unfinished it goes on when it is asked for again, and nothing kept may go until then.
    health.cancel();
    await watching;
    return;
  }
  open = false;
  health.cancel();
  await watching;
  await closeWindow({ checkpoint: input.checkpoint, database, on_close });
};
