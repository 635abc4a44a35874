import type { Notice } from './notice.ts';
import { noticeText } from './notice-text.ts';

export const webhookFormats = ['standard', 'slack'] as const;
export type WebhookFormat = (typeof webhookFormats)[number];

/** The body of a webhook, as JSON: `{type, timestamp, data}` of the Standard Webhooks specification, or what Slack takes. */
export const webhookBody = (notice: Notice, format: WebhookFormat): string =>
  JSON.stringify(format === 'slack' ? slackMessage(notice) : standardPayload(notice));

const standardPayload = (notice: Notice) => {
  const { type, at, project, database, data } = notice;
  const { subject, lines } = noticeText(notice);
  return { type, timestamp: at, data: { ...data, project, database, subject, text: lines.join('\n') } };
};

const slackMessage = (notice: Notice) => {
  const { subject, lines } = noticeText(notice);
  return { text: [`*${escapeForSlack(subject)}*`, ...lines.map(escapeForSlack)].join('\n') };
};

/** The three characters that Slack's mark-up gives a meaning: an error must not mention everybody of a channel. */
const escapeForSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
