import { CancelledFailure, Context } from '@temporalio/activity';
import { PgrowError } from '../domain/errors.ts';
import { createUnservedWatch, usualPatience, type Patience } from '../domain/unserved.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { readLiveState } from '../nodes/live-state.ts';
import { showWait } from './heartbeat.ts';

interface Pace {
  readonly lookEveryMs: number;
  /** For a write: longer than a router holds a connection for which it has no server, so that its own word is heard. */
  readonly probeLimitMs: number;
  readonly patience: Patience;
}

const usualPace: Pace = { lookEveryMs: 2000, probeLimitMs: 12_000, patience: usualPatience };

/**
 * Until no write has been acknowledged for too long; answers with the evidence. An operation that runs has its own
 * judgement of what is healthy, and an engine that does not answer says nothing about the database.
 */
export const watchHealth = async (
  dependencies: Pick<Dependencies, 'platform' | 'store' | 'components'>,
  id: string,
  { lookEveryMs, probeLimitMs, patience }: Pace = usualPace,
): Promise<{ readonly reason: string }> => {
  const { store, platform } = dependencies;
  const signal = Context.current().cancellationSignal;
  let watch: ReturnType<typeof createUnservedWatch> | null = null;
  for (;;) {
    if (signal.aborted) throw new CancelledFailure('cancelled');
    const database = await store.readDatabase(id);
    if (!database) throw new PgrowError('not_found', `There is no database ${id}.`);
    if (!watch) showWait(`evidence that ${database.name} takes no writes`);
    watch ??= createUnservedWatch(database.name, patience);
    const busy = await store.isBusy(id);
    const answers = await platform.ping().then(
      () => true,
      () => false,
    );
    const live =
      busy || !answers ? null : await readLiveState(dependencies, database, { probeLimitMs }).catch(() => null);
    // What an operation or a failover did meanwhile is no failure of the stage.
    const isStill = !(await store.isBusy(id));
    const reason = watch.see({ at: performance.now(), live: isStill ? live : null, topology: database.topology });
    if (reason !== null) return { reason };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};
