import { sql, type Selectable } from 'kysely';
import { hears } from '../domain/notifications/channels.ts';
import {
  noticeOfClosing,
  noticeOfFailover,
  noticesOfOperation,
  type UnnotifiedOperation,
} from '../domain/notifications/collected.ts';
import type { Notice } from '../domain/notifications/notice.ts';
import type { Queries } from './connection.ts';
import type { Tables } from './tables.ts';

export interface NoticeStore {
  /**
   * Makes notices of what has happened since the last time, each with a delivery to every channel that hears of it.
   * Locks nothing that an operation writes for longer than one statement. What fails is reported and left for the next time,
   * and keeps nothing else waiting.
   */
  collectNotices(failed: (failure: CollectFailure) => void): Promise<void>;
  /** To the channels that hear of it, or to one alone; returns the ids of the deliveries. Idempotent by key. */
  recordNotice(notice: Notice, channel?: string): Promise<readonly string[]>;
}

export interface CollectFailure {
  readonly kind: 'operation' | 'failover' | 'window';
  /** Null where the rows themselves could not be read. */
  readonly id: string | null;
  readonly error: unknown;
}

/** Of each kind at a time; the rest follows with the next look. */
const mostAtOnce = 100;

/** Before a window closes: ten minutes, or a third of a shorter one. */
const closingLead = sql`least(interval '10 minutes', (checkpoints.rollback_available_until - operations.ended_at) / 3)`;

export const noticeStore = (queries: Queries): NoticeStore => {
  const recordNotice = (notice: Notice, channel?: string): Promise<readonly string[]> =>
    queries.transaction().execute(async (transaction) => {
      const all = await transaction
        .selectFrom('notification_channels')
        .selectAll()
        .where('enabled', '=', true)
        .execute();
      const wanted = all.filter((each) => (channel === undefined ? hears(each, notice) : each.id === channel));
      if (wanted.length === 0) return [];
      const { data, ...row } = notice;
      const recorded = await transaction
        .insertInto('notices')
        .values({ ...row, at: new Date(notice.at), data: JSON.stringify(data) })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!recorded) return [];
      const deliveries = await transaction
        .insertInto('notification_deliveries')
        .values(wanted.map(({ id }) => ({ notice_id: recorded.id, channel_id: id })))
        .returning('id')
        .execute();
      return deliveries.map(({ id }) => id);
    });

  return {
    recordNotice,
    async collectNotices(failed) {
      await eachOf('operation', failed, unnotifiedOperations(queries), async (operation) => {
        for (const notice of noticesOfOperation(operation)) await recordNotice(notice);
        await queries
          .updateTable('operations')
          .set({ notified: operation.status })
          .where('id', '=', operation.id)
          .execute();
      });
      await eachOf('failover', failed, unnotifiedFailovers(queries), async (failover) => {
        const notice = noticeOfFailover(failover);
        if (notice) await recordNotice(notice);
        await queries
          .updateTable('postgres_expansion_events')
          .set({ notified: true })
          .where('id', '=', failover.id)
          .execute();
      });
      await eachOf('window', failed, closingWindows(queries), async (window) => {
        await recordNotice(noticeOfClosing(window));
        await queries.updateTable('checkpoints').set({ closing_notified: true }).where('id', '=', window.id).execute();
      });
    },
  };
};

const eachOf = async <T extends { readonly id: string }>(
  kind: CollectFailure['kind'],
  failed: (failure: CollectFailure) => void,
  rows: Promise<readonly T[]>,
  collect: (row: T) => Promise<void>,
): Promise<void> => {
  try {
    for (const row of await rows) await collect(row).catch((error: unknown) => failed({ kind, id: row.id, error }));
  } catch (error) {
    failed({ kind, id: null, error });
  }
};

const unnotifiedOperations = (queries: Queries): Promise<readonly UnnotifiedOperation[]> =>
  queries
    .selectFrom('operations')
    .innerJoin('services', 'services.id', 'operations.service_id')
    .select(['operations.id', 'type', 'status', 'notified', 'actor', 'from_stage', 'to_stage', 'stall_ms', 'error'])
    .select(['started_at', 'ended_at', 'service_id', 'services.project', 'services.name as database'])
    .where(sql<boolean>`notified IS DISTINCT FROM status`)
    .orderBy('started_at')
    .limit(mostAtOnce)
    .execute();

const unnotifiedFailovers = (queries: Queries) =>
  queries
    .selectFrom('postgres_expansion_events as event')
    .innerJoin('postgres_cluster_state as cluster', 'cluster.id', 'event.cluster_id')
    .innerJoin('services', 'services.id', 'cluster.service_id')
    .select([
      'event.id',
      'event_type',
      'event.created_at',
      'metadata',
      'service_id',
      'services.project',
      'services.name as database',
    ])
    .where('event_type', 'in', ['failover', 'leader_changed'])
    .where('notified', '=', false)
    .orderBy('event.created_at')
    .limit(mostAtOnce)
    .execute();

/** One that has closed meanwhile gives no notice: there is nothing to do about it. */
const closingWindows = (queries: Queries) =>
  queries
    .selectFrom('checkpoints')
    .innerJoin('operations', 'operations.id', 'checkpoints.operation_id')
    .innerJoin('services', 'services.id', 'checkpoints.service_id')
    .select(['checkpoints.id', 'operation_id', 'operations.type as operation', 'rollback_available_until as until'])
    .select(['checkpoints.service_id', 'services.project', 'services.name as database', sql<Date>`now()`.as('now')])
    .where('checkpoints.status', '=', 'open')
    // Until then its end is not settled.
    .where('operations.status', '=', 'done')
    .where('closing_notified', '=', false)
    .where(sql<boolean>`now() BETWEEN rollback_available_until - ${closingLead} AND rollback_available_until`)
    .limit(mostAtOnce)
    .execute();

export const noticeOf = (row: Omit<Selectable<Tables['notices']>, 'id'>): Notice => ({
  key: row.key,
  type: row.type,
  at: row.at.toISOString(),
  project: row.project,
  database: row.database,
  data: row.data,
});
