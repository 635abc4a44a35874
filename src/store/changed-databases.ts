import { sql, type Transaction } from 'kysely';
import type { Queries } from './connection.ts';
import type { Tables } from './tables.ts';

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

/**
 * Of databases that are gone for long: what has just gone has still to be said to those who show it, who ask every few seconds.
 * Of one without any trace it is known by how many transactions have begun since. Another removal at the same moment is not
 * waited for.
 */
export const forgetChanges = async (transaction: Transaction<Tables>): Promise<void> => {
  await sql`
    DELETE FROM changed_databases
     WHERE (service_id, changed_in) IN (
       SELECT service_id, changed_in FROM changed_databases
         LEFT JOIN services ON services.id = service_id
        WHERE services.deleted_at < NOW() - INTERVAL '1 hour'
           OR (services.id IS NULL AND age(changed_in::xid) > 100000)
          FOR UPDATE OF changed_databases SKIP LOCKED)`.execute(transaction);
};
