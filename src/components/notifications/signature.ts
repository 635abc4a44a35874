import { createHmac } from 'node:crypto';
import { signingPrefix } from '../../domain/notifications/channels.ts';

/** Signatures of webhooks as the Standard Webhooks specification has them (symmetric, v1). */

interface Signed {
  /** Same for every attempt: receivers tell repetitions by it. */
  readonly id: string;
  /** When this attempt is made, milliseconds since the epoch. */
  readonly at: number;
  readonly body: string;
}

/** The three headers; without a secret there is nothing to sign with. */
export const webhookHeaders = ({ id, at, body }: Signed, secret: string | null): Record<string, string> => {
  const timestamp = String(Math.floor(at / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === null) return headers;
  const key = Buffer.from(secret.slice(signingPrefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
};
