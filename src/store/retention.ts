import { sql, type RawBuilder } from 'kysely';
import type { Retention } from '../domain/retention.ts';
import type { Queries } from './connection.ts';

export interface RetentionStore {
  /**
   * Removes what is over for longer than it is kept, a batch at a time; returns how many rows of each. What something may
   * still need stays: the last operation of each database, one with an open rollback window or a snapshot.
   */
  removeHistory(retention: Retention): Promise<Removed>;
}

export interface Removed {
  readonly operations: number;
  readonly events: number;
  readonly audit: number;
  readonly idempotency_keys: number;
  readonly notices: number;
}

/** Small, so that no statement holds up what others write. */
const batchRows = 1000;

export const retentionStore = (queries: Queries): RetentionStore => {
  const inBatches = async (days: number | null, removal: (limit: RawBuilder<Date>) => RawBuilder<unknown>) => {
    if (days === null) return 0;
    const limit = sql<Date>`clock_timestamp() - ${`${days} days`}::interval`;
    for (let removed = 0; ;) {
      const { numAffectedRows } = await removal(limit).execute(queries);
      removed += Number(numAffectedRows);
      if (Number(numAffectedRows) < batchRows) return removed;
    }
  };
  return {
    async removeHistory({ operations_days, events_days, audit_days, notices_days }) {
      const operations = await inBatches(operations_days, oldOperations);
      return {
        operations,
        // One without its operation serves no repeated request any more.
        idempotency_keys: await inBatches(operations_days, oldKeys),
        events: await inBatches(events_days, oldEvents),
        audit: await inBatches(audit_days, oldAudit),
        notices: await inBatches(notices_days, oldNotices),
      };
    },
  };
};

const oldOperations = (limit: RawBuilder<Date>) => sql`
  WITH old AS (
    SELECT id FROM operations AS operation
     WHERE ended_at < ${limit}
       AND status <> 'running'
       AND EXISTS (SELECT FROM operations AS later
                    WHERE later.service_id = operation.service_id AND later.started_at > operation.started_at)
       AND NOT EXISTS (SELECT FROM checkpoints WHERE operation_id = operation.id AND status = 'open')
       AND NOT EXISTS (SELECT FROM snapshots WHERE operation_id = operation.id)
     LIMIT ${sql.lit(batchRows)}
  ), windows AS (
    DELETE FROM checkpoints USING old WHERE operation_id = old.id
  )
  DELETE FROM operations USING old WHERE operations.id = old.id`;

const oldKeys = (limit: RawBuilder<Date>) => sql`
  DELETE FROM idempotency_keys
   WHERE ctid IN (
     SELECT ctid FROM idempotency_keys AS key
      WHERE created_at < ${limit} AND NOT EXISTS (SELECT FROM operations WHERE id = key.operation_id)
      LIMIT ${sql.lit(batchRows)})`;

const oldEvents = (limit: RawBuilder<Date>) => sql`
  DELETE FROM postgres_expansion_events
   WHERE ctid IN (SELECT ctid FROM postgres_expansion_events WHERE created_at < ${limit} LIMIT ${sql.lit(batchRows)})`;

const oldAudit = (limit: RawBuilder<Date>) => sql`
  DELETE FROM audit WHERE ctid IN (SELECT ctid FROM audit WHERE at < ${limit} LIMIT ${sql.lit(batchRows)})`;

/** Their deliveries go with them, those that are still under way excepted. */
const oldNotices = (limit: RawBuilder<Date>) => sql`
  DELETE FROM notices
   WHERE ctid IN (
     SELECT ctid FROM notices AS notice
      WHERE at < ${limit}
        AND NOT EXISTS (SELECT FROM notification_deliveries WHERE notice_id = notice.id AND state = 'pending')
      LIMIT ${sql.lit(batchRows)})`;
