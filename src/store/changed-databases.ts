import { sql } from 'kysely';
import type { Queries } from './connection.ts';

export interface ChangedDatabasesStore {
  /**
   * The databases that have changed since an earlier answer, by their ids; one may be named twice, in two answers. That the
   * monitor has seen the same again is no change.
   * @param since its `upTo`; null for none
   */
  readChangedDatabases(since: string | null): Promise<ChangedDatabases>;
}

export interface ChangedDatabases {
  /** Null where any may have changed: without an earlier answer, or after one of other metadata. */
  readonly ids: readonly string[] | null;
  /** Everything before it is in this answer or an earlier one. */
  readonly upTo: string;
}

export const changedDatabasesStore = (queries: Queries): ChangedDatabasesStore => ({
  async readChangedDatabases(since) {
    const { rows } = await sql<{ up_to: string; ids: readonly string[] }>`
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS up_to,
             ARRAY(SELECT service_id FROM changed_databases WHERE changed_in >= ${since}::xid8) AS ids`.execute(
      queries,
    );
    const { up_to: upTo, ids } = rows[0]!;
    return { upTo, ids: since === null || BigInt(upTo) < BigInt(since) ? null : ids };
  },
});
