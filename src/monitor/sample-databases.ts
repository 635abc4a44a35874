import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import type { Samples } from '../domain/looks.ts';
import {
  recordedStepMs,
  recordEveryMs,
  recordLastsMs,
  sampleEveryMs,
  sizeEveryMs,
  watchedEveryMs,
  watchLastsMs,
} from '../domain/sampling.ts';
import { readNumbers } from '../nodes/read-numbers.ts';
import { atIntervals } from './at-intervals.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';
import type { Failing } from './guard-leaders.ts';
import type { Looking } from './looking.ts';
import { createSampleRing } from './sample-ring.ts';

export interface Sampler {
  /** Measures every database until the signal, and records it. */
  run(failing: Failing, looking: Looking, signal: AbortSignal): Promise<void>;
  /**
   * What was measured of a database lately; it is measured more often from now on, for a while. Null where this process does
   * not measure.
   */
  readSamples(serviceId: string): Promise<Samples | null>;
}

/** In milliseconds; for tests. */
interface Pace {
  /** From the start until the first measurement: the looks have logged in by then. */
  readonly firstAfterMs: number;
  readonly everyMs: (databases: number) => number;
  readonly watchedEveryMs: number;
  readonly recordEveryMs: number;
  /** Since the epoch. */
  readonly now: () => number;
}

const usualPace: Pace = {
  firstAfterMs: 5000,
  everyMs: sampleEveryMs,
  watchedEveryMs,
  recordEveryMs,
  now: () => Date.now(),
};

/** Measured in parallel: most of it is waiting for answers. */
const atOnce = 32;

/** Numbers of every database. Nothing is logged in to for them: they are asked for on the logins of the looks. */
export const createSampler = (dependencies: MonitorDependencies, pace: Pace = usualPace): Sampler => {
  const ring = createSampleRing();
  const watched = new Map<string, number>();
  let everyMs: number | null = null;
  return {
    async run(failing, looking, signal) {
      const present = new Map<string, Database>();
      const measure = createMeasure({ ...dependencies, ...looking, ...pace }, ring.add);
      const mayMeasure = ({ id, topology }: Database) => !topology.stopped && !failing.has(id);
      const isWatched = (id: string) => (watched.get(id) ?? 0) > pace.now();
      const onRound = (databases: readonly Database[]) => {
        present.clear();
        for (const database of databases) present.set(database.id, database);
        ring.keepOnly(new Set(present.keys()));
        everyMs = pace.everyMs(databases.length);
      };
      const { everyMs: between } = pace;
      const rounds = { otherwise: 'database not measured', everyMs: between, atOnce, signal, leftAloneToo: true };
      await delay(pace.firstAfterMs, undefined, { signal }).catch(() => undefined);
      const watchedOnes = () => [...present.values()].filter((each) => isWatched(each.id) && mayMeasure(each));
      await Promise.all([
        everyDatabase(dependencies, { ...rounds, onRound }, async (database) => {
          if (mayMeasure(database) && !isWatched(database.id)) await measure(database);
        }),
        measureWatched({ ...dependencies, ...pace }, watchedOnes, measure, signal),
        record({ ...dependencies, ...pace }, ring.take, signal),
      ]);
      everyMs = null;
      await dependencies.store
        .recordMetrics(ring.take(Number.POSITIVE_INFINITY))
        .catch((error: unknown) => dependencies.log.warn({ error: messageOf(error) }, 'last numbers not recorded'));
    },
    async readSamples(id) {
      if (everyMs === null) return null;
      watched.set(id, pace.now() + watchLastsMs);
      return { every_ms: everyMs, samples: ring.recent(id) };
    },
  };
};

type Measure = (database: Database) => Promise<void>;

const createMeasure = (
  dependencies: MonitorDependencies & Pick<Looking, 'sessions'> & Pick<Pace, 'now'>,
  add: ReturnType<typeof createSampleRing>['add'],
): Measure => {
  const { sessions, now } = dependencies;
  const sizes = new Map<string, { readonly at: number; readonly bytes: number }>();
  let disk: { readonly at: number; readonly free: Promise<number | null> } = { at: 0, free: Promise.resolve(null) };
  return async (database) => {
    const { id } = database;
    const { patient: session } = await sessions.of(database);
    // Those that answer do so at once, whatever the others do.
    const at = now();
    const known = sizes.get(id);
    const size = known === undefined || at - known.at > sizeEveryMs;
    if (at - disk.at > sizeEveryMs) disk = { at, free: dependencies.platform.freeBytes().catch(() => null) };
    const { size_bytes, ...numbers } = await readNumbers(dependencies, session, { size });
    if (size_bytes !== null) sizes.set(id, { at, bytes: size_bytes });
    add(id, {
      ...numbers,
      at,
      size_bytes: size_bytes ?? known?.bytes ?? null,
      disk_free_bytes: await disk.free,
    });
  };
};

/** One that takes longer than the time between two is left out meanwhile. */
const measureWatched = async (
  { log, watchedEveryMs: everyMs }: Pick<MonitorDependencies, 'log'> & Pick<Pace, 'watchedEveryMs'>,
  watched: () => readonly Database[],
  measure: Measure,
  signal: AbortSignal,
): Promise<void> => {
  const underWay = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    for (const database of watched()) {
      if (underWay.has(database.id)) continue;
      const measured = measure(database)
        .catch((error: unknown) => log.warn({ error: messageOf(error), database: database.name }, 'not measured'))
        .finally(() => underWay.delete(database.id));
      underWay.set(database.id, measured);
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(underWay.values());
};

/** What a restart would lose. */
const record = async (
  { store, log, recordEveryMs: everyMs, now }: MonitorDependencies & Pick<Pace, 'recordEveryMs' | 'now'>,
  take: ReturnType<typeof createSampleRing>['take'],
  signal: AbortSignal,
): Promise<void> =>
  atIntervals({
    whenItFails: 'numbers not recorded',
    everyMs,
    log,
    signal,
    async once() {
      // Steps that are over.
      await store.recordMetrics(take(Math.floor(now() / recordedStepMs) * recordedStepMs));
      await store.removeMetrics(now() - recordLastsMs);
    },
  });
