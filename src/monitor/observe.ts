import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { labelNames } from '../domain/naming.ts';
import type { LiveState } from '../domain/live-state.ts';
import { factsEveryMs, roundEveryMs } from '../domain/observed.ts';
import { withFacts } from '../domain/observed-facts.ts';
import { readLiveState } from '../nodes/read-live-state.ts';
import type { LookingDependencies, MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';
import type { Failing } from './guard-leaders.ts';
import { noteStorage } from './note-storage.ts';
import { createLooking, type Looking } from './looking.ts';

/** Looks in parallel: most of a look is waiting for answers. */
const atOnce = 64;

interface How {
  /** Made by the caller if others use it too. */
  readonly looking?: Looking;
  /** Milliseconds between two rounds, by the number of databases. */
  readonly everyMs?: (databases: number) => number;
  /** Milliseconds for which a list of containers is taken for what is. */
  readonly listLastsMs?: number;
}

const usuallyLastsMs = 2000;

/**
 * Looks at every database and records what it sees, so that lists and watches need not look themselves. A round costs a
 * call of the engine every two seconds, whatever there is, and a question to each server on a connection that lasts; every other
 * round asks each node what it knows beside its state. A database that an operation or a failover works on is left alone: half of what is seen there is about to change.
 */
export const observeDatabases = async (
  dependencies: LookingDependencies,
  failing: Failing,
  signal: AbortSignal,
  {
    everyMs = roundEveryMs,
    listLastsMs = usuallyLastsMs,
    looking: { engine, sessions, nodeImages } = createLooking(dependencies),
  }: How = {},
): Promise<void> => {
  const { store } = dependencies;
  const looking = { ...dependencies, platform: engine.platform };
  /** What was seen last of each database, by its id. */
  const known = new Map<string, LiveState>();
  let number = 0;
  let view = { at: 0, began: Promise.resolve(''), busy: Promise.resolve<ReadonlySet<string>>(new Set()) };

  const lookAround = () => {
    // Before anything is looked at: what happens meanwhile came after what is seen.
    const began = store.readClock();
    engine.list(began);
    view = { at: performance.now(), began, busy: store.listBusy() };
    // Each look meets their errors.
    for (const asked of [began, view.busy]) asked.catch(() => undefined);
  };
  const onRound = (databases: readonly Database[]) => {
    number = databases.length;
    const ids = new Set(databases.map(({ id }) => id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    lookAround();
    sessions.keepOnly(databases);
  };
  const lookAt = async (database: Database): Promise<void> => {
    // A round may take long: what is recorded at its end must not be as old as its beginning.
    if (performance.now() - view.at > listLastsMs) lookAround();
    const { began, busy } = view;
    const seen_at = await began;
    if ((await busy).has(database.id) || failing.has(database.id)) return;
    const { session, versions, facts } = await sessions.of(database);
    const live = await readLiveState(looking, database, { session, versions });
    const [read, made] = await Promise.all([facts(live, factsEveryMs(number)), nodeImages.read(database)]);
    const before = known.get(database.id) ?? (await store.readObserved(database.id))?.live ?? null;
    const seen = withFacts(live, { before, read, images: made, seen_at: new Date().toISOString() });
    known.set(database.id, seen);
    await store.recordObserved({ service_id: database.id, seen_at, live: seen });
    await noteStorage(store, database, { before, seen, seen_at });
  };
  const rounds = { otherwise: 'database not looked at', everyMs, atOnce, signal, leftAloneToo: true, onRound };
  await Promise.all([everyDatabase(dependencies, rounds, lookAt), doubtOnEvents(dependencies, signal)]);
};

/** What the engine reports of a node is known at once, although what became of the database is not. */
const doubtOnEvents = async (
  { store, platform, home, log }: MonitorDependencies,
  signal: AbortSignal,
): Promise<void> => {
  for await (const { labels } of platform.watch({ [labelNames.home]: home }, signal)) {
    const id = labels[labelNames.database];
    if (id === undefined) continue;
    await store
      .doubtObserved(id)
      .catch((error: unknown) => log.warn({ error: messageOf(error), id }, 'event not taken into account'));
  }
};
