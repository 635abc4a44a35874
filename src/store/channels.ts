import { sql, type Selectable } from 'kysely';
import type { ChannelDocument, ChannelSecrets, ChannelSettings } from '../domain/notifications/channels.ts';
import { allProjects } from '../domain/tokens.ts';
import { isUniqueViolation, type Queries } from './connection.ts';
import type { SealingKeys } from './sealing-keys.ts';
import { PgrowError } from '../domain/errors.ts';
import { secretStore } from './secrets.ts';
import { isUuid } from './service-id.ts';
import type { Tables } from './tables.ts';

export interface ChannelStore {
  /** @throws PgrowError `name_taken` */
  addChannel(channel: NewChannel): Promise<ChannelDocument>;
  /** Of a project, or of all with `*`; by name. */
  listChannels(project: string): Promise<readonly ChannelDocument[]>;
  findChannel(id: string): Promise<ChannelDocument | null>;
  /** `because`: why pgrow does it itself; null where an admin does. Null for one that is gone. */
  enableChannel(id: string, enabled: boolean, because: string | null): Promise<ChannelDocument | null>;
  /** With its secrets and all its deliveries. Absent is success. */
  removeChannel(id: string): Promise<void>;
}

export interface NewChannel extends Pick<
  ChannelDocument,
  'name' | 'project' | 'database' | 'target' | 'events' | 'created_by'
> {
  readonly settings: ChannelSettings;
  readonly secrets: ChannelSecrets;
}

export const channelStore = (queries: Queries, keys: SealingKeys): ChannelStore => {
  const selected = () => queries.selectFrom('notification_channels').selectAll();
  return {
    async addChannel({ secrets, settings, events, ...channel }) {
      try {
        return await queries.transaction().execute(async (transaction) => {
          const row = await transaction
            .insertInto('notification_channels')
            .values({ ...channel, settings: JSON.stringify(settings), events: [...events] })
            .returningAll()
            .executeTakeFirstOrThrow();
          const sealed = secretStore(transaction, keys);
          for (const [name, secret] of Object.entries(secrets)) await sealed.replaceSecret(row.id, name, secret);
          return channelOf(row);
        });
      } catch (error) {
        if (!isUniqueViolation(error, 'notification_channels_project_name_key')) throw error;
        throw channelNameTaken(channel.name);
      }
    },

    async listChannels(project) {
      const query = selected().orderBy('project').orderBy('name');
      const rows = await (project === allProjects ? query : query.where('project', '=', project)).execute();
      return rows.map(channelOf);
    },

    async findChannel(id) {
      const row = isUuid(id) ? await selected().where('id', '=', id).executeTakeFirst() : undefined;
      return row ? channelOf(row) : null;
    },

    async enableChannel(id, enabled, disabled_because) {
      const row = await queries
        .updateTable('notification_channels')
        .set({ enabled, disabled_because })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row ? channelOf(row) : null;
    },

    async removeChannel(id) {
      await queries.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('notification_channels').where('id', '=', id).execute();
        await secretStore(transaction, keys).removeSecrets(id);
        // Without a delivery there is nothing to say any more.
        await sql`DELETE FROM notices WHERE NOT EXISTS
                  (SELECT FROM notification_deliveries WHERE notice_id = notices.id)`.execute(transaction);
      });
    },
  };
};

export const channelNameTaken = (name: string): PgrowError => {
  const message = `There is a channel ${name} already. Choose another name, or remove that one first.`;
  return new PgrowError('name_taken', message);
};

const channelOf = (row: Selectable<Tables['notification_channels']>): ChannelDocument => ({
  id: row.id,
  name: row.name,
  project: row.project,
  database: row.database,
  kind: row.settings.kind,
  target: row.target,
  format: row.settings.kind === 'webhook' ? row.settings.format : null,
  allow_private: row.settings.allow_private,
  events: row.events,
  enabled: row.enabled,
  disabled_because: row.disabled_because,
  created_at: row.created_at.toISOString(),
  created_by: row.created_by,
});
