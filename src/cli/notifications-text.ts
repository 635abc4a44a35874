import type { ChannelDocument } from '../domain/notifications/channels.ts';
import type { DeliveryDocument } from '../domain/notifications/deliveries.ts';
import { noticeTypes } from '../domain/notifications/notice.ts';
import { allProjects } from '../domain/tokens.ts';
import { alignColumns } from './table.ts';

/** Channels and messages in words. */

export const channelsText = (channels: readonly ChannelDocument[]): string[] =>
  channels.length === 0
    ? ['There is no channel yet. To add one: ./pgrow notifications add NAME --webhook URL']
    : alignColumns([
        ['NAME', 'FOR', 'EVENTS', 'STATE', 'TARGET', 'ID'],
        ...channels.map((channel) => [
          channel.name,
          scopeText(channel),
          eventsText(channel),
          stateText(channel),
          channel.target,
          channel.id,
        ]),
      ]);

const scopeText = ({ project, database }: ChannelDocument): string =>
  database ?? (project === allProjects ? 'everything' : `project ${project}`);

const eventsText = ({ events }: ChannelDocument): string =>
  noticeTypes.every((type) => events.includes(type)) ? 'all' : events.join(',');

const stateText = ({ enabled, disabled_because }: ChannelDocument): string =>
  enabled ? 'enabled' : disabled_because === null ? 'disabled' : `disabled: ${disabled_because}`;

export const deliveriesText = (deliveries: readonly DeliveryDocument[]): string[] =>
  deliveries.length === 0
    ? ['There are no such messages.']
    : alignColumns([
        ['CREATED', 'CHANNEL', 'STATE', 'ATTEMPTS', 'SUBJECT', 'ID', 'ERROR'],
        ...deliveries.map(({ created_at, channel, state, attempts, subject, error, id }) => [
          created_at,
          channel.name,
          state,
          String(attempts),
          subject,
          id,
          error ?? '-',
        ]),
      ]);

/** How sending has ended, or how it stands. */
export const deliveryText = ({ channel, state, error, attempts, next_attempt_at }: DeliveryDocument): string => {
  if (state === 'delivered') return `Delivered through ${channel.name}.${error === null ? '' : ` But ${error}.`}`;
  if (state === 'dead') return `Not delivered through ${channel.name}: ${error ?? 'no reason is known'}.`;
  const next = next_attempt_at === null ? '' : ` Next attempt at ${next_attempt_at}.`;
  return attempts === 0
    ? `Not sent yet through ${channel.name}: no worker has taken it up. Look: ./pgrow workers`
    : `Not delivered yet through ${channel.name}: ${error ?? 'no answer'}.${next}`;
};
