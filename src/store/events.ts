import type { Stage } from '../domain/stage.ts';
import type { Queries } from './connection.ts';

export const eventTypes = [
  'stage_upgrade',
  'stage_downgrade',
  'failover',
  'switchover',
  'cutover_released',
  'replica_added',
  'replica_removed',
  'leader_changed',
  'node_unhealthy',
  'node_recovered',
  'storage_nearly_full',
  'database_stopped',
  'database_started',
  'backup_compared',
  'hold_released',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface EventStore {
  /** Idempotent by key, where there is one. The database must be registered. */
  recordEvent(event: NewEvent): Promise<void>;
  /** Newest first. */
  listEvents(serviceId: string, limit: number): Promise<readonly Event[]>;
}

export interface NewEvent {
  readonly service_id: string;
  readonly event_type: EventType;
  readonly from_stage: Stage | null;
  readonly to_stage: Stage | null;
  /** Previous and new leader, lag in bytes, stall and duration in milliseconds. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly key?: string;
}

export interface Event {
  readonly id: string;
  readonly event_type: string;
  readonly from_stage: Stage | null;
  readonly to_stage: Stage | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

export const eventStore = (queries: Queries): EventStore => ({
  async recordEvent({ service_id, metadata, key, ...event }) {
    const { id: cluster_id } = await queries
      .selectFrom('postgres_cluster_state')
      .select('id')
      .where('service_id', '=', service_id)
      .executeTakeFirstOrThrow();
    await queries
      .insertInto('postgres_expansion_events')
      .values({ ...event, cluster_id, metadata: JSON.stringify(metadata), key: key ?? null })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
  },

  async listEvents(serviceId, limit) {
    const rows = await queries
      .selectFrom('postgres_expansion_events as event')
      .innerJoin('postgres_cluster_state as cluster', 'cluster.id', 'event.cluster_id')
      .where('cluster.service_id', '=', serviceId)
      .select(['event.id', 'event_type', 'from_stage', 'to_stage', 'metadata', 'event.created_at'])
      .orderBy('event.created_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toEvent);
  },
});

export const toEvent = ({ id, event_type, from_stage, to_stage, metadata, created_at }: Row): Event => ({
  id,
  event_type,
  from_stage,
  to_stage,
  metadata,
  created_at: created_at.toISOString(),
});

type Row = Omit<Event, 'created_at'> & { readonly created_at: Date };
