import { sql } from 'kysely';
import type { LiveState } from '../domain/live-state.ts';
import type { Observed, ObservedHealth } from '../domain/observed.ts';
import type { Queries } from './connection.ts';

export interface ObservedStore {
  /** Of the metadata server, as it writes it: by it looks and doubts are compared, to the microsecond. */
  readClock(): Promise<string>;
  /** Unless a later look is on record, or the database is gone. `seen_at`: when it began, by `readClock`. */
  recordObserved(seen: {
    readonly service_id: string;
    readonly seen_at: string;
    readonly live: LiveState;
  }): Promise<void>;
  /** Something has happened that may have changed what was seen. */
  doubtObserved(serviceId: string): Promise<void>;
  /** Null for one that was never looked at. */
  readObserved(serviceId: string): Promise<Observed | null>;
  /** Of one project or of all. */
  listObserved(filter: { readonly project?: string }): Promise<readonly ObservedHealth[]>;
}

export const observedStore = (queries: Queries): ObservedStore => ({
  async readClock() {
    const { rows } = await sql<{ now: string }>`SELECT clock_timestamp()::text AS now`.execute(queries);
    return rows[0]!.now;
  },

  async recordObserved({ service_id, seen_at, live }) {
    await sql`
      INSERT INTO observed (service_id, seen_at, live)
      SELECT id, ${seen_at}::timestamptz, ${JSON.stringify(live)}::jsonb FROM services
       WHERE id = ${service_id} AND deleted_at IS NULL
          ON CONFLICT (service_id) DO UPDATE SET seen_at = excluded.seen_at, live = excluded.live
       WHERE observed.seen_at <= excluded.seen_at`.execute(queries);
  },

  doubtObserved: (serviceId) => doubt(queries, serviceId),

  async readObserved(serviceId) {
    const row = await queries
      .selectFrom('observed')
      .select([...age, 'live'])
      .where('service_id', '=', serviceId)
      .executeTakeFirst();
    return row ? shown(row) : null;
  },

  async listObserved({ project }) {
    let query = queries
      .selectFrom('observed')
      .innerJoin('services', 'services.id', 'observed.service_id')
      .select([...age, sql<ObservedHealth['health']>`live ->> 'health'`.as('health')]);
    if (project !== undefined) query = query.where('services.project', '=', project);
    return (await query.execute()).map(shown);
  },
});

/** Part of whatever is done that may change what is seen. */
export const doubt = async (queries: Queries, serviceId: string): Promise<void> => {
  await queries
    .updateTable('observed')
    .set({ doubted_at: sql<Date>`clock_timestamp()` })
    .where('service_id', '=', serviceId)
    .execute();
};

const age = [
  'observed.service_id',
  'observed.seen_at',
  sql<number>`extract(epoch FROM clock_timestamp() - observed.seen_at)::float * 1000`.as('age_ms'),
  sql<boolean>`coalesce(observed.doubted_at >= observed.seen_at, FALSE)`.as('doubted'),
] as const;

const shown = <R extends { readonly seen_at: Date; readonly age_ms: number }>({ seen_at, age_ms, ...row }: R) => ({
  ...row,
  seen_at: seen_at.toISOString(),
  age_ms: Math.max(0, Math.round(age_ms)),
});
