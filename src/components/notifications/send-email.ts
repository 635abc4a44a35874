import { createTransport } from 'nodemailer';
import { messageOf } from '../../domain/errors.ts';
import type { ChannelSettings } from '../../domain/notifications/channels.ts';
import type { SendResult } from '../../domain/notifications/deliveries.ts';
import { addressIn } from '../../domain/notifications/public-address.ts';
import { checkedAddresses, HostRefused, type HostRules } from './checked-address.ts';

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
  const { host, port } = message.settings;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SendResult>((resolve) => {
    const error = `${host}:${port}: it took longer than ${message.limitMs / 1000} s`;
    timer = setTimeout(() => resolve({ accepted: false, error, final: false, retry_after: null }), message.limitMs);
  });
  try {
    // A server that says something now and then would keep each of the transport's own limits.
    return await Promise.race([send(message), late]);
  } finally {
    clearTimeout(timer);
  }
};

const send = async (message: EmailMessage): Promise<SendResult> => {
  const { settings, password, id, subject, text, rules, limitMs, ca } = message;
  const { host, port, security, user, to, from } = settings;
  try {
    const [first] = await checkedAddresses(host, rules);
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
      const sent = await transport.sendMail({ from, to: [...to], subject, text, messageId: `<${id}@${domain}>` });
      const refused = sent.rejected.map(String);
      return { accepted: true, remark: refused.length === 0 ? null : `not accepted: ${refused.join(', ')}` };
    } finally {
      transport.close();
    }
  } catch (error) {
    return {
      accepted: false,
      error: `${host}:${port}: ${reasonOf(error)}`,
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

/** One line, and not all that a server may say. */
const reasonOf = (error: unknown): string => messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 200);
