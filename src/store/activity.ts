import { sql, type RawBuilder } from 'kysely';
import { activityText, type ActivityEntry, type ActivityKind, type Severity } from '../domain/activity.ts';
import { operationTypes } from '../domain/operation.ts';
import type { Queries } from './connection.ts';
import { newestFirst, readPage, type Page, type PageWanted } from './lists.ts';

export interface ActivityStore {
  /** Of a database, newest first: events, operations, checkpoints, snapshots and the audit in one list. */
  pageActivity(serviceId: string, wanted: ActivityWanted, page: PageWanted): Promise<Page<ActivityEntry>>;
}

export interface ActivityWanted {
  readonly kinds: readonly ActivityKind[];
  readonly severities: readonly Severity[];
}

type Row = Omit<ActivityEntry, 'at' | 'says'> & { readonly moment: Date };

export const activityStore = (queries: Queries): ActivityStore => ({
  async pageActivity(serviceId, { kinds, severities }, page) {
    if (kinds.length === 0 || severities.length === 0) return { entries: [], next: null };
    const all = sql.join(
      kinds.map((kind) => entriesOf[kind](serviceId)),
      sql` UNION ALL `,
    );
    const order = newestFirst('activity.moment', 'activity.id');
    const query = queries
      .selectFrom(sql<Row>`(${all})`.as<'activity'>(columns))
      .selectAll()
      .select(order.at)
      .where('severity', 'in', severities);
    return readPage(query, order, page, ({ id, moment, kind, type, severity, actor, operation_id, details }) => {
      const at = moment.toISOString();
      return {
        id,
        at,
        kind,
        severity,
        type,
        says: activityText({ kind, type, details }),
        actor,
        operation_id,
        details,
      };
    });
  },
});

/** Named here, whichever kind is the first. */
const columns = sql`activity (id, moment, kind, type, severity, actor, operation_id, details)`;

/** Of each kind these columns. Ids tell kinds apart, because rows of several tables may have happened at once. */
const entriesOf: Readonly<Record<ActivityKind, (serviceId: string) => RawBuilder<unknown>>> = {
  event: (id) => sql`
    SELECT 'event-' || event.id, event.created_at, 'event', event_type,
           CASE WHEN event_type IN ('failover', 'leader_changed', 'node_unhealthy', 'storage_nearly_full') THEN 'warning' ELSE 'info' END,
           metadata ->> 'actor', metadata ->> 'operation_id',
           coalesce(metadata, '{}') || jsonb_build_object('from_stage', from_stage, 'to_stage', to_stage)
      FROM postgres_expansion_events AS event JOIN postgres_cluster_state AS cluster ON cluster.id = event.cluster_id
     WHERE cluster.service_id = ${id}`,

  operation: (id) => sql`
    SELECT 'operation-' || operations.id, coalesce(ended_at, started_at), 'operation', type,
           CASE WHEN status IN ('failed', 'needs_operator') THEN 'error'
                WHEN status IN ('rolled_back', 'aborted') THEN 'warning' ELSE 'info' END,
           actor, operations.id::text,
           jsonb_build_object('status', status, 'from_stage', from_stage, 'to_stage', to_stage, 'stall_ms', stall_ms,
             'duration_ms', round(extract(epoch FROM ended_at - started_at) * 1000), 'error', error ->> 'message')
      FROM operations WHERE service_id = ${id}`,

  // A window begins when its operation is done.
  checkpoint: (id) => sql`
    SELECT 'checkpoint-' || checkpoint.id || change.type, change.moment, 'checkpoint', change.type, 'info', NULL,
           operation_id::text,
           jsonb_build_object('of', operations.type, 'snapshot', snapshot_id,
             'until', to_json(rollback_available_until))
      FROM checkpoints AS checkpoint JOIN operations ON operations.id = operation_id AND operations.status = 'done'
     CROSS JOIN LATERAL (VALUES ('window_opened', operations.ended_at), ('window_closed', closed_at)) AS change (type, moment)
     WHERE checkpoint.service_id = ${id} AND change.moment IS NOT NULL`,

  // One that is verified as it is taken says so at once.
  snapshot: (id) => sql`
    SELECT 'snapshot-' || snapshots.id || change.type, change.moment, 'snapshot', change.type,
           CASE WHEN change.type = 'snapshot_damaged' THEN 'error' ELSE 'info' END, NULL, operation_id::text,
           jsonb_build_object('snapshot', snapshots.id, 'bytes', bytes,
             'damage', CASE WHEN change.type = 'snapshot_damaged' THEN damage END)
      FROM snapshots
     CROSS JOIN LATERAL (VALUES
             ('snapshot_taken', created_at),
             (CASE WHEN damage IS NULL THEN 'snapshot_verified' ELSE 'snapshot_damaged' END,
              CASE WHEN verified_at > created_at + interval '5 s' OR damage IS NOT NULL THEN verified_at END)) AS change (type, moment)
     WHERE service_id = ${id} AND change.moment IS NOT NULL`,

  // What became an operation is there as that, with who asked for it.
  audit: (id) => sql`
    SELECT 'audit-' || audit.id, at, 'audit', action, CASE WHEN action = 'refused' THEN 'warning' ELSE 'info' END, actor,
           details ->> 'operation_id', details
      FROM audit WHERE service_id = ${id} AND NOT action = ANY (${sql.lit(`{${operationTypes.join()}}`)}::text[])`,
};
