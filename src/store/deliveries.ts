import { sql } from 'kysely';
import { mostAttempts } from '../domain/notifications/attempts.ts';
import type { ChannelDocument, ChannelSecrets, ChannelSettings } from '../domain/notifications/channels.ts';
import type {
  DeliveryDocument,
  DeliveryRound,
  DeliveryState,
  StartableDelivery,
} from '../domain/notifications/deliveries.ts';
import { testNotice, type Notice } from '../domain/notifications/notice.ts';
import { noticeText } from '../domain/notifications/notice-text.ts';
import { allProjects } from '../domain/tokens.ts';
import type { Queries } from './connection.ts';
import type { SealingKeys } from './sealing-keys.ts';
import { readPage, newestFirst, type Page, type PageWanted } from './lists.ts';
import { noticeOf } from './notices.ts';
import { secretStore } from './secrets.ts';
import { isUuid } from './service-id.ts';

export interface DeliveryStore {
  /** Those whose workflow is to be started, oldest first. */
  listUnstarted(): Promise<readonly StartableDelivery[]>;
  /** Null for one that is over, or gone. */
  readStartable(id: string): Promise<StartableDelivery | null>;
  /** Its workflow of this round was started. */
  deliveryStarted(delivery: DeliveryRound): Promise<void>;
  /** What an attempt needs; null where there is nothing to send any more. */
  readDue(delivery: DeliveryRound): Promise<DueDelivery | null>;
  recordAttempt(attempt: AttemptRecord): Promise<void>;
  /** Newest first; of a project, or of all with `*`. */
  pageDeliveries(wanted: DeliveriesWanted, page: PageWanted): Promise<Page<DeliveryDocument>>;
  findDelivery(id: string): Promise<DeliveryDocument | null>;
  /** Begins another round of one that is over. Null for one that is pending, or gone. */
  redeliver(id: string): Promise<DeliveryDocument | null>;
  /** Those of which nothing was heard for longer than any pause: their workflow may have ended without a word. Some, at random. */
  listSilent(): Promise<readonly DeliveryRound[]>;
  /** Gives up one whose workflow has ended without a word. */
  buryLost(delivery: DeliveryRound): Promise<void>;
}

export interface DueDelivery {
  readonly notice_id: string;
  readonly notice: Notice;
  /** Made so far in this round. */
  readonly attempts: number;
  readonly channel: Pick<ChannelDocument, 'id' | 'name' | 'project' | 'enabled'>;
  readonly settings: ChannelSettings;
  readonly secrets: ChannelSecrets;
}

export interface AttemptRecord extends DeliveryRound {
  /** Counted from 1. */
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly error: string | null;
  /** Seconds until the next attempt, where one is to come. */
  readonly pause: number | null;
}

export interface DeliveriesWanted {
  readonly project: string;
  /** In any where there are none. */
  readonly states?: readonly DeliveryState[];
}

const now = sql<Date>`clock_timestamp()`;
const startedAtOnce = 50;
const askedAboutAtOnce = 50;
/** Since the next attempt was due. A machine may be off for a weekend: that alone loses nothing. */
const silentAfter = sql`interval '36 hours'`;

export const deliveryStore = (queries: Queries, keys: SealingKeys): DeliveryStore => {
  const joined = () =>
    queries
      .selectFrom('notification_deliveries as delivery')
      .innerJoin('notices as notice', 'notice.id', 'delivery.notice_id')
      .innerJoin('notification_channels as channel', 'channel.id', 'delivery.channel_id')
      .select(['delivery.id', 'notice_id', 'channel_id', 'channel.name as channel_name', 'channel.enabled'])
      .select(['channel.project as channel_project', 'settings', 'state', 'round', 'attempts', 'error'])
      .select(['delivery.created_at', 'attempted_at', 'next_attempt_at', 'ended_at'])
      .select(['key', 'type', 'notice.at as happened_at', 'notice.project', 'notice.database', 'data']);
  const startable = () => joined().where('state', '=', 'pending');
  const ofRound = ({ delivery, round }: DeliveryRound) =>
    queries.updateTable('notification_deliveries').where('id', '=', delivery).where('round', '=', round);
  return {
    async listUnstarted() {
      const query = startable().where('started_at', 'is', null).orderBy('delivery.created_at').limit(startedAtOnce);
      return (await query.execute()).map(startableOf);
    },

    async readStartable(id) {
      const row = await startable().where('delivery.id', '=', id).executeTakeFirst();
      return row ? startableOf(row) : null;
    },

    async deliveryStarted(delivery) {
      await ofRound(delivery).set({ started_at: now }).execute();
    },

    async readDue({ delivery, round }) {
      const row = await startable().where('delivery.id', '=', delivery).where('round', '=', round).executeTakeFirst();
      if (!row) return null;
      const { channel_id: id, channel_name: name, channel_project: project, enabled } = row;
      const { settings, attempts, notice_id } = row;
      const secrets: ChannelSecrets = await secretStore(queries, keys).readSecrets(id);
      return { notice_id, notice: noticeIn(row), attempts, channel: { id, name, project, enabled }, settings, secrets };
    },

    async recordAttempt({ attempt, state, error, pause, ...delivery }) {
      await ofRound(delivery)
        .set({
          state,
          error,
          attempts: attempt,
          attempted_at: now,
          next_attempt_at: pause === null ? null : sql<Date>`clock_timestamp() + make_interval(secs => ${pause})`,
          ended_at: state === 'pending' ? null : now,
        })
        .where('state', '=', 'pending')
        .execute();
    },

    async pageDeliveries({ project, states }, page) {
      const order = newestFirst('delivery.created_at', 'delivery.id');
      let query = joined().select(order.at);
      if (project !== allProjects) query = query.where('channel.project', '=', project);
      if (states) query = query.where('state', 'in', [...states]);
      return readPage(query, order, page, documentOf);
    },

    async findDelivery(id) {
      const row = isUuid(id) ? await joined().where('delivery.id', '=', id).executeTakeFirst() : undefined;
      return row ? documentOf(row) : null;
    },

    async redeliver(id) {
      const fresh = { attempts: 0, started_at: null, next_attempt_at: null, ended_at: null };
      const begun = await queries
        .updateTable('notification_deliveries')
        .set({ ...fresh, state: 'pending', round: sql<number>`round + 1` })
        .where('id', '=', id)
        .where('state', '<>', 'pending')
        .returning('id')
        .executeTakeFirst();
      if (!begun) return null;
      return documentOf(await joined().where('delivery.id', '=', id).executeTakeFirstOrThrow());
    },

    listSilent: () =>
      queries
        .selectFrom('notification_deliveries')
        .select(['id as delivery', 'round'])
        .where('state', '=', 'pending')
        .where('started_at', 'is not', null)
        .where(sql<boolean>`greatest(started_at, next_attempt_at) < clock_timestamp() - ${silentAfter}`)
        // Those that are alive must not keep the others from their turn.
        .orderBy(sql`random()`)
        .limit(askedAboutAtOnce)
        .execute(),

    async buryLost(delivery) {
      await ofRound(delivery)
        .set({
          state: 'dead',
          next_attempt_at: null,
          ended_at: now,
          error: 'its workflow ended before it was delivered',
        })
        .where('state', '=', 'pending')
        .execute();
    },
  };
};

interface Row extends Omit<Parameters<typeof noticeOf>[0], 'at'> {
  readonly happened_at: Date;
  readonly id: string;
  readonly notice_id: string;
  readonly channel_id: string;
  readonly channel_name: string;
  readonly channel_project: string;
  readonly state: DeliveryState;
  readonly round: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly created_at: Date;
  readonly attempted_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly ended_at: Date | null;
}

/** A page calls its own position `at`. */
const noticeIn = ({ happened_at, ...row }: Row): Notice => noticeOf({ ...row, at: happened_at });

const startableOf = (row: Row): StartableDelivery => ({
  delivery: row.id,
  round: row.round,
  // Who sends a test looks at once.
  attempts: row.type === testNotice ? 1 : mostAttempts,
  summary: `${row.type} to ${row.channel_name}`,
  database: row.database,
});

const documentOf = (row: Row): DeliveryDocument => ({
  id: row.id,
  notice_id: row.notice_id,
  channel: { id: row.channel_id, name: row.channel_name },
  type: row.type,
  project: row.channel_project,
  database: row.database,
  subject: noticeText(noticeIn(row)).subject,
  state: row.state,
  attempts: row.attempts,
  error: row.error,
  created_at: row.created_at.toISOString(),
  attempted_at: row.attempted_at?.toISOString() ?? null,
  next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
  ended_at: row.ended_at?.toISOString() ?? null,
});
