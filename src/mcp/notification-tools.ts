import { z } from 'zod';
import { channelsAnswer, deliveriesAnswer } from '../api/documents/notifications.ts';
import { deliveryStates } from '../domain/notifications/deliveries.ts';
import { nothing, page, query } from './inputs.ts';
import { readTool, type Tool } from './tool.ts';

/** Who hears of what happens. */
export const notificationTools: readonly Tool[] = [
  readTool({
    name: 'list_channels',
    title: 'Channels of notifications',
    description: 'Where notifications go: webhooks and e-mail, for which database and events, without secrets.',
    role: 'operator',
    input: nothing,
    answer: channelsAnswer,
    path: () => '/v1/notifications/channels',
  }),
  readTool({
    name: 'list_deliveries',
    title: 'Notifications that were sent',
    description:
      'Messages to channels, newest first: which were delivered, which are tried again, which were given up and why.',
    role: 'operator',
    input: z.strictObject({
      state: z.array(z.enum(deliveryStates)).min(1).optional().describe('Only in one of these states.'),
      ...page(20),
    }),
    answer: deliveriesAnswer,
    path: (input) => query('/v1/notifications/deliveries', input),
  }),
];
