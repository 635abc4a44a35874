import type { Database } from '../domain/database.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import type { Health } from '../domain/live-state.ts';
import { isCurrent, isStale, unseenState, whyUnseen, type Observed, type ObservedHealth } from '../domain/observed.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { Seen } from '../domain/status.ts';
import type { ApiDependencies } from './dependencies.ts';

type SeenDependencies = Pick<ApiDependencies, 'store' | 'readLive'>;

/**
 * What the monitor has recorded, where that can stand for a look now, else what a worker sees. Where none answers, what is
 * on record as long as it says anything.
 * @param isFresh whether only a look now will do
 */
export const readSeen = async (
  { store, readLive }: SeenDependencies,
  database: Database,
  { isFresh }: { readonly isFresh: boolean },
): Promise<Seen> => {
  const recorded = await store.readObserved(database.id);
  if (recorded && !isFresh && isCurrent(recorded)) return recorded;
  try {
    return { live: await readLive(database), seen_at: new Date().toISOString(), age_ms: 0 };
  } catch (error) {
    if (!isUnasked(error)) throw error;
    if (!recorded || isStale(recorded)) return unseen(database, recorded);
    const { live, seen_at, age_ms } = recorded;
    const notice = `As seen at ${seen_at}: ${messageOf(error)}`;
    return { live: { ...live, notices: [notice, ...live.notices] }, seen_at, age_ms };
  }
};

/** The same from the record alone. */
export const onRecordOf = async (
  { store }: Pick<ApiDependencies, 'store'>,
  { id, topology }: Pick<Database, 'id' | 'topology'>,
): Promise<Seen> => {
  const recorded = await store.readObserved(id);
  return recorded && !isStale(recorded) ? recorded : unseen({ topology }, recorded);
};

const unseen = ({ topology }: Pick<Database, 'topology'>, recorded: Observed | null): Seen => ({
  live: unseenState(topology, recorded),
  seen_at: recorded?.seen_at ?? null,
  age_ms: recorded?.age_ms ?? null,
});

const isUnasked = (error: unknown): boolean => error instanceof PgrowError && error.code === 'worker_unavailable';

/** One line of a list. */
export interface SeenHealth extends Omit<Seen, 'live'> {
  readonly health: Health;
  /** Why nothing is known of it; null if something is. */
  readonly notice: string | null;
}

/** Looks that one list may cost, whatever has happened: others are shown as they are on record. */
const mostLooks = 8;

/** Milliseconds that a list waits for them. */
const looksLimitMs = 3000;

/**
 * Health of many databases from what is on record. Only those are looked at of which it is out of date: something has
 * happened since, or an operation runs.
 */
export const readHealths = async (
  { store, readLive, log }: SeenDependencies & { readonly log: { warn(fields: object, message: string): void } },
  databases: readonly Database[],
  running: readonly OperationDocument[],
  filter: { readonly project?: string },
): Promise<ReadonlyMap<string, SeenHealth>> => {
  const recorded = new Map((await store.listObserved(filter)).map((seen) => [seen.service_id, seen]));
  const busy = new Set(running.map(({ service_id }) => service_id));
  const outdated = databases.filter(({ id }) => {
    const seen = recorded.get(id);
    return !seen || seen.doubted || busy.has(id);
  });
  const looked = new Map<string, Health>();
  const look = async (database: Database) => {
    try {
      looked.set(database.id, (await readLive(database)).health);
    } catch (error) {
      if (isUnasked(error)) return;
      // A node that cannot be asked must not hide the other databases.
      log.warn({ err: error, database: database.name }, 'cannot read the state of the nodes');
      looked.set(database.id, 'unknown');
    }
  };
  await withinMs(looksLimitMs, Promise.all(outdated.slice(0, mostLooks).map(look)));
  const now = new Date().toISOString();
  return new Map(
    databases.map(({ id }) => {
      const health = looked.get(id);
      return [id, health ? { health, seen_at: now, age_ms: 0, notice: null } : onRecord(recorded.get(id) ?? null)];
    }),
  );
};

const onRecord = (seen: ObservedHealth | null): SeenHealth => {
  if (!seen) return { health: 'unknown', seen_at: null, age_ms: null, notice: whyUnseen(null) };
  const { health, seen_at, age_ms } = seen;
  return isStale(seen)
    ? { health: 'unknown', seen_at, age_ms, notice: whyUnseen(seen) }
    : { health, seen_at, age_ms, notice: null };
};

const withinMs = async (limitMs: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
};
