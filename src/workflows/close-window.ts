import type { ActivityCall } from '../domain/step-actions.ts';
import { operationActivities, perform } from './activities.ts';

/** Seconds. No client waits for it, and nothing it removes has to answer. */
const patienceSeconds = 60;

/**
 * Removes what was kept for a rollback, then records that there is no way back any more. A window that closes never gives
 * up; an operation that closes one in its place does, with the reason.
 */
export const closeWindow = async (
  { checkpoint, database, on_close }: Window,
  attempts: 'for a while' | 'until it is closed',
): Promise<void> => {
  for (const [step, call] of on_close.entries()) {
    await perform(
      call,
      {
        operation: checkpoint,
        database,
        step,
        direction: 'close',
        attempt: 1,
        patience_seconds: patienceSeconds,
        gives_up: attempts === 'for a while',
      },
      `close: ${call.action}`,
    );
  }
  await operationActivities.closeCheckpoint({ checkpoint, database });
};

interface Window {
  readonly checkpoint: string;
  /** Service id. */
  readonly database: string;
  readonly on_close: readonly ActivityCall[];
}
