import { z } from 'zod';
import { deliveryStates, type DeliveryDocument } from '../../domain/notifications/deliveries.ts';
import type { ChannelDocument } from '../../domain/notifications/channels.ts';
import { noticeTypes, testNotice } from '../../domain/notifications/notice.ts';
import { webhookFormats } from '../../domain/notifications/payload.ts';
import { moment, named, nextCursor } from './document.ts';

const channelMembers = {
  id: z.guid(),
  name: z.string(),
  project: z.string(),
  database: z.string().nullable().describe('Null for all of the project.'),
  kind: z.enum(['webhook', 'email']),
  target: z.string().describe('Where it leads, without what may be secret.'),
  format: z.enum(webhookFormats).nullable(),
  allow_private: z.boolean(),
  events: z.array(z.enum(noticeTypes)),
  enabled: z.boolean(),
  disabled_because: z.string().nullable().describe('Why pgrow itself has disabled it.'),
  created_at: moment,
  created_by: z.string(),
};
export const channelAnswer: z.ZodType<ChannelDocument> = named(
  'NotificationChannel',
  'Where notifications go.',
  z.strictObject(channelMembers),
);
export const channelsAnswer = z.strictObject({ channels: z.array(channelAnswer) });
export const newChannelAnswer = named(
  'NewNotificationChannel',
  'A channel with its signing secret, which is shown only here.',
  z.strictObject({
    ...channelMembers,
    secret: z.string().nullable().describe('For the receiver, `whsec_…`; null where nothing is signed.'),
  }),
);

export const deliveryAnswer: z.ZodType<DeliveryDocument> = named(
  'NotificationDelivery',
  'A message on its way to one channel. `dead`: given up, until it is sent again on request.',
  z.strictObject({
    id: z.guid(),
    notice_id: z.guid().describe('With `msg_` before it, the header `webhook-id`.'),
    channel: z.strictObject({ id: z.guid(), name: z.string() }),
    type: z.enum([...noticeTypes, testNotice]),
    project: z.string(),
    database: z.string().nullable(),
    subject: z.string(),
    state: z.enum(deliveryStates),
    attempts: z.number().int().min(0),
    error: z.string().nullable().describe('What the last attempt met.'),
    created_at: moment,
    attempted_at: moment.nullable(),
    next_attempt_at: moment.nullable(),
    ended_at: moment.nullable(),
  }),
);
export const deliveriesAnswer = named(
  'NotificationDeliveries',
  'Messages, newest first.',
  z.strictObject({
    deliveries: z.array(deliveryAnswer),
    next_cursor: nextCursor,
  }),
);

export const announcedAnswer = z.strictObject({
  deliveries: z.array(z.guid()).describe('One for each channel that hears of it.'),
});
