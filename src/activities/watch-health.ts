import { CancelledFailure, Context } from '@temporalio/activity';
import type { Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import type { LiveState } from '../domain/live-state.ts';
import { isCurrent, staleAfterMs } from '../domain/observed.ts';
import { createUnservedWatch, usualPatience, type Patience } from '../domain/unserved.ts';
import type { Dependencies, SessionDependencies } from '../nodes/dependencies.ts';
import { readLiveState } from '../nodes/read-live-state.ts';
import { showWait } from './heartbeat.ts';

interface Pace {
  readonly lookEveryMs: number;
  /** For a write: longer than a router holds a connection for which it has no server, so that its own word is heard. */
  readonly probeLimitMs: number;
  readonly patience: Patience;
}

const usualPace: Pace = { lookEveryMs: 2000, probeLimitMs: 12_000, patience: usualPatience };

/**
 * Until no write has been acknowledged for too long; returns the evidence. An operation that runs has its own
 * judgement of what is healthy, and an engine that does not answer says nothing about the database.
 */
export const watchHealth = async (
  dependencies: SessionDependencies,
  id: string,
  { lookEveryMs, probeLimitMs, patience }: Pace = usualPace,
): Promise<{ readonly reason: string }> => {
  const { store, platform } = dependencies;
  const signal = Context.current().cancellationSignal;
  const look = async (database: Database): Promise<LiveState | null> => {
    try {
      await platform.ping();
      return await readLiveState(dependencies, database, { probeLimitMs });
    } catch {
      return null;
    }
  };
  let watch: ReturnType<typeof createUnservedWatch> | null = null;
  for (;;) {
    if (signal.aborted) throw new CancelledFailure('cancelled');
    const database = await store.readDatabase(id);
    if (!database) throw new PgrowError('not_found', `There is no database ${id}.`);
    if (!watch) showWait(`evidence that ${database.name} takes no writes`);
    watch ??= createUnservedWatch(database.name, patience);
    // A record that is held may lead to other nodes than those that serve.
    const live =
      database.held || (await store.isBusy(id)) ? null : ((await readHealthy(store, id)) ?? (await look(database)));
    // What an operation or a failover did meanwhile is no failure of the stage.
    const isStill = !(await store.isBusy(id));
    const reason = watch.see({ at: performance.now(), live: isStill ? live : null, topology: database.topology });
    if (reason !== null) return { reason };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};

/**
 * What the monitor saw last, where all was well. Everything else is looked at here: evidence for a rollback is what this
 * watch itself has met.
 */
const readHealthy = async (
  store: Pick<Dependencies['store'], 'readObserved'>,
  id: string,
): Promise<LiveState | null> => {
  const seen = await store.readObserved(id);
  const isNew = seen !== null && isCurrent(seen) && seen.age_ms <= staleAfterMs / 2;
  return isNew && seen.live.health === 'healthy' ? seen.live : null;
};
