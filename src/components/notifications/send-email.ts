import { createTransport } from 'nodemailer';
import type { ChannelSettings } from '../../domain/notifications/channels.ts';
import type { SendResult } from '../../domain/notifications/deliveries.ts';
import { addressIn } from '../../domain/notifications/public-address.ts';
import { checkedAddresses, HostRefused, type HostRules } from './checked-address.ts';
import { reasonOf } from './reason.ts';

export interface EmailMessage {
  readonly settings: Extract<ChannelSettings, { readonly kind: 'email' }>;
  readonly password: string | null;
  /** Same for every attempt: mail programs show a repetition once. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly rules: HostRules;
  /** Of the whole attempt, milliseconds. */
  readonly limitMs: number;
  /** Certificates that are trusted besides those of the system, for tests. */
  readonly ca?: string;
}

/** One attempt. Without `security: none` nothing is sent over a connection that is not encrypted. Never throws. */
export const sendEmail = async (message: EmailMessage): Promise<SendResult> => {
  const { settings, password, id, subject, text, rules, limitMs, ca } = message;
  const { host, port, security, user, to, from } = settings;
  // A server that says something now and then would keep each of the transport's own limits.
  const limit = AbortSignal.timeout(limitMs);
  try {
    const [first] = await checkedAddresses(host, { ...rules, signal: limit });
    if (!first) throw new Error('it has no address');
    const transport = createTransport({
      host: first.address,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      // A name is what the certificate has to be for; of an address the connection knows it.
      tls: { ...(addressIn(host) === null && { servername: host }), ...(ca !== undefined && { ca }) },
      ...(user !== null && password !== null && { auth: { user, pass: password } }),
      connectionTimeout: limitMs,
      greetingTimeout: limitMs,
      socketTimeout: limitMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const domain = from.split('@')[1] ?? 'pgrow';
      const messageId = `<${id}@${domain}>`;
      const sent = await transport.sendMail({ from, to: [...to], subject, text, messageId, signal: limit });
      const refused = sent.rejected.map(String);
      return { accepted: true, remark: refused.length === 0 ? null : `not accepted: ${refused.join(', ')}` };
    } finally {
      transport.close();
    }
  } catch (error) {
    const said = limit.aborted ? `it took longer than ${limitMs / 1000} s` : reasonOf(error);
    return {
      accepted: false,
      error: `${host}:${port}: ${said}`,
      final: error instanceof HostRefused || isFinalReply(error),
      retry_after: null,
    };
  }
};

/** Replies from 500 on are final (RFC 5321, 4.2.1): a wrong password, a recipient that does not exist. */
const isFinalReply = (error: unknown): boolean => {
  const { responseCode } = (error ?? {}) as { responseCode?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500;
};
