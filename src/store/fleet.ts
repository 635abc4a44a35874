import { sql } from 'kysely';
import type { FleetRecord, FleetSeen } from '../domain/fleet.ts';
import type { Queries } from './connection.ts';
import { heldIn } from './holds.ts';

export interface FleetStore {
  /** Every database of one project or of all, or those of some ids; in one query, because it is asked again and again. */
  readFleet(filter: { readonly project?: string; readonly ids?: readonly string[] }): Promise<readonly FleetRecord[]>;
}

type Row = Omit<FleetRecord, 'seen' | 'held' | 'created_at' | 'checkpoint_until'> &
  Parameters<typeof heldIn>[0] & {
    readonly created_at: Date;
    readonly checkpoint_until: Date | null;
    readonly seen_at: Date | null;
    readonly age_ms: number;
    readonly seen: Pick<FleetSeen, 'health' | 'members' | 'notices'>;
  };

export const fleetStore = (queries: Queries): FleetStore => ({
  async readFleet({ project, ids }) {
    const { rows } = await sql<Row>`
      SELECT services.id, services.project, services.name, services.postgres_major, services.created_at,
             extract(epoch FROM clock_timestamp() - services.created_at)::float * 1000 AS exists_ms,
             state.topology, holds.taken_at, holds.compared_at, holds.differences,
             observed.seen_at, extract(epoch FROM clock_timestamp() - observed.seen_at)::float * 1000 AS age_ms,
             jsonb_build_object('health', observed.live -> 'health', 'members', observed.live -> 'members',
                                'notices', observed.live -> 'notices') AS seen,
             last.operation, checkpoint.rollback_available_until AS checkpoint_until
        FROM services
        JOIN postgres_cluster_state AS state ON state.service_id = services.id
        LEFT JOIN observed ON observed.service_id = services.id
        LEFT JOIN holds ON holds.service_id = services.id
        LEFT JOIN LATERAL (
             SELECT operations.id, jsonb_build_object('id', operations.id, 'type', type, 'status', status,
                      'monthly_usd', plan -> 'cost_after' -> 'monthly_usd', 'steps', CASE WHEN status = 'running' THEN (
                        SELECT coalesce(jsonb_agg(jsonb_build_object('phase', phase, 'status', step.status,
                                 'waiting', step.waiting, 'detail', step.detail) ORDER BY step.index), '[]')
                          FROM operation_steps AS step WHERE step.operation_id = operations.id)
                      ELSE '[]' END) AS operation
               FROM operations WHERE operations.service_id = services.id
              ORDER BY started_at DESC LIMIT 1) AS last ON TRUE
        LEFT JOIN LATERAL (
             SELECT rollback_available_until FROM checkpoints
              WHERE checkpoints.service_id = services.id AND checkpoints.status = 'open'
                -- That of an operation which runs begins when it is done.
                AND NOT (operation_id = last.id AND last.operation ->> 'status' = 'running')
              ORDER BY timestamp DESC LIMIT 1) AS checkpoint ON TRUE
       WHERE services.kind = 'database' AND services.deleted_at IS NULL
         AND ${project === undefined ? sql`TRUE` : sql`services.project = ${project}`}
         AND ${ids === undefined ? sql`TRUE` : sql`services.id = ANY(${ids})`}`.execute(queries);
    return rows.map(toRecord);
  },
});

const toRecord = (row: Row): FleetRecord => ({
  id: row.id,
  project: row.project,
  name: row.name,
  postgres_major: row.postgres_major,
  created_at: row.created_at.toISOString(),
  exists_ms: row.exists_ms,
  topology: row.topology,
  ...heldIn(row),
  seen: row.seen_at && {
    ...row.seen,
    seen_at: row.seen_at.toISOString(),
    age_ms: Math.max(0, Math.round(row.age_ms)),
  },
  checkpoint_until: row.checkpoint_until?.toISOString() ?? null,
  operation: row.operation,
});
