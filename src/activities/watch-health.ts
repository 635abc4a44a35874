import { CancelledFailure, Context } from '@temporalio/activity';
import { PgrowError } from '../domain/errors.ts';
import type { Dependencies } from './dependencies.ts';
import { readLiveState } from './live-state.ts';

const lookEveryMs = 2000;
/** A failover takes less; a stage that takes no writes for longer has failed. */
const downForMs = 45_000;

/** Until the database has been down for too long. An operation that runs has its own judgement of what is healthy. */
export const watchHealth = async (dependencies: Dependencies, id: string): Promise<{ readonly reason: string }> => {
  const signal = Context.current().cancellationSignal;
  let downSince: number | null = null;
  for (;;) {
    if (signal.aborted) throw new CancelledFailure('cancelled');
    const database = await dependencies.store.readDatabase(id);
    if (!database) throw new PgrowError('not_found', `There is no database ${id}.`);
    const busy = await dependencies.store.isBusy(id);
    // An engine that does not answer says nothing about the database.
    const answers = await dependencies.platform.ping().then(
      () => true,
      () => false,
    );
    const live = busy || !answers ? null : await readLiveState(dependencies, database).catch(() => null);
    if (live?.health === 'down') downSince ??= performance.now();
    else downSince = null;
    if (downSince !== null && performance.now() - downSince > downForMs) {
      return { reason: `${database.name} has taken no writes for ${downForMs / 1000} s` };
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};
