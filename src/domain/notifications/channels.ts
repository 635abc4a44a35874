import { z } from 'zod';
import { noticeTypes, testNotice, type Notice } from './notice.ts';
import { webhookFormats, type WebhookFormat } from './payload.ts';
import { addressIn, isPublicAddress } from './public-address.ts';
import { allProjects } from '../tokens.ts';

/** Where notices go: a webhook or e-mail, for a project or one of its databases, and for some events or all. */

export const smtpSecurities = ['starttls', 'tls', 'none'] as const;
export type SmtpSecurity = (typeof smtpSecurities)[number];
const usualPorts: Readonly<Record<SmtpSecurity, number>> = { starttls: 587, tls: 465, none: 25 };

const webhook = z.strictObject({
  url: z.string().min(1).max(2000),
  format: z.enum(webhookFormats).default('standard'),
  /** Whether it may lead to addresses that are not of the public internet, and speak HTTP without TLS. */
  allow_private: z.boolean().default(false),
});

const email = z.strictObject({
  to: z.array(z.email('an e-mail address')).min(1).max(20),
  from: z.email('an e-mail address'),
  /** Of the SMTP server. */
  host: z.string().regex(/^[\w.:-]{1,253}$/, 'the name or address of an SMTP server'),
  port: z.number().int().min(1).max(65_535).optional(),
  security: z.enum(smtpSecurities).default('starttls'),
  user: z.string().min(1).max(200).optional(),
  password: z.string().min(1).max(1000).optional(),
  allow_private: z.boolean().default(false),
});

export const newChannelInput = z
  .strictObject({
    /** Unique within its project. */
    name: z.string().min(1).max(63),
    /** A project's name, or `*` for all. */
    project: z.string().min(1).max(63),
    /** Name of the only database that it is for; all of the project where it is absent. */
    database: z.string().min(1).max(63).optional(),
    /** All where it is absent. */
    events: z.array(z.enum(noticeTypes)).min(1).optional(),
    webhook: webhook.optional(),
    email: email.optional(),
  })
  .superRefine((channel, context) => {
    for (const { path, allowed } of problemsOfChannel(channel))
      context.addIssue({ code: 'custom', path: [...path], message: allowed });
  });
type NewChannelInput = z.output<typeof newChannelInput>;

interface ChannelProblem {
  readonly path: readonly string[];
  readonly allowed: string;
}

const publicRule = 'a public address; for another one, set allow_private';

type Target = {
  readonly webhook?: z.output<typeof webhook> | undefined;
  readonly email?: z.output<typeof email> | undefined;
};

/** What the types of its members do not say. */
const problemsOfChannel = ({ webhook: hook, email: mail }: Target): readonly ChannelProblem[] => {
  if ((hook === undefined) === (mail === undefined)) return [{ path: ['webhook'], allowed: 'either webhook or email' }];
  return [...(hook ? urlProblems(hook) : []), ...(mail ? mailProblems(mail) : [])];
};

const urlProblems = ({ url, allow_private }: z.output<typeof webhook>): readonly ChannelProblem[] => {
  const path = ['webhook', 'url'];
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return [{ path, allowed: 'an https:// URL' }];
  if (parsed.username !== '' || parsed.password !== '')
    return [{ path, allowed: 'a URL without a user and a password: receivers verify the signature' }];
  if (parsed.protocol === 'http:' && !allow_private)
    return [{ path, allowed: 'an https:// URL; for HTTP without TLS, set allow_private' }];
  return isRefused(parsed.hostname, allow_private) ? [{ path, allowed: publicRule }] : [];
};

const mailProblems = (mail: z.output<typeof email>): readonly ChannelProblem[] => [
  ...((mail.user === undefined) === (mail.password === undefined)
    ? []
    : [{ path: ['email', 'password'], allowed: 'a password with a user, or neither' }]),
  ...(mail.security === 'none' && mail.password !== undefined
    ? [{ path: ['email', 'security'], allowed: 'starttls, tls: a password is not sent in clear' }]
    : []),
  ...(isRefused(mail.host, mail.allow_private) ? [{ path: ['email', 'host'], allowed: publicRule }] : []),
];

/** A name is looked at when it is resolved. */
const isRefused = (host: string, allowPrivate: boolean): boolean => {
  const address = addressIn(host);
  return !allowPrivate && (address === null ? isOwnName(host) : !isPublicAddress(address));
};

const isOwnName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** How a channel sends, without what is secret in it. */
export type ChannelSettings =
  | { readonly kind: 'webhook'; readonly format: WebhookFormat; readonly allow_private: boolean }
  | {
      readonly kind: 'email';
      readonly to: readonly string[];
      readonly from: string;
      readonly host: string;
      readonly port: number;
      readonly security: SmtpSecurity;
      readonly user: string | null;
      readonly allow_private: boolean;
    };

/** What is encrypted at rest. A webhook's URL often holds a token. */
export type ChannelSecrets = Readonly<Partial<Record<'url' | 'signing' | 'password', string>>>;

/** Of a signing secret; the rest of it is base64. */
export const signingPrefix = 'whsec_';

/** A channel as it is listed. */
export interface ChannelDocument {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly database: string | null;
  readonly kind: 'webhook' | 'email';
  /** Where it leads, without what may be secret. */
  readonly target: string;
  /** Null of e-mail. */
  readonly format: WebhookFormat | null;
  readonly allow_private: boolean;
  readonly events: readonly (typeof noticeTypes)[number][];
  readonly enabled: boolean;
  /** Why pgrow itself has disabled it; null if it has not. */
  readonly disabled_because: string | null;
  readonly created_at: string;
  readonly created_by: string;
}

/** What is kept of a channel that is added; `signing` is its new signing secret, used where the format is signed. */
export const partsOf = (
  { webhook: hook, email: mail }: Pick<NewChannelInput, 'webhook' | 'email'>,
  signing: string,
): { readonly settings: ChannelSettings; readonly secrets: ChannelSecrets; readonly target: string } => {
  if (hook) {
    const { url, format, allow_private } = hook;
    const secrets = format === 'standard' ? { url, signing } : { url };
    return { settings: { kind: 'webhook', format, allow_private }, secrets, target: shownUrl(url) };
  }
  if (!mail) throw new TypeError('a channel is either a webhook or e-mail');
  const { password, port = usualPorts[mail.security], user = null, ...rest } = mail;
  return {
    settings: { kind: 'email', ...rest, port, user },
    secrets: password === undefined ? {} : { password },
    target: `${rest.to.join(', ')} through ${rest.host}:${port}`,
  };
};

/** `https://hooks.example.com/…`: paths and queries hold tokens. */
const shownUrl = (url: string): string => {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
};

/** Whether a channel hears of a notice. */
export const hears = (
  { project, database, events }: Pick<ChannelDocument, 'project' | 'database' | 'events'>,
  notice: Pick<Notice, 'type' | 'project' | 'database'>,
): boolean =>
  notice.type !== testNotice &&
  events.includes(notice.type) &&
  (project === allProjects || notice.project === allProjects || project === notice.project) &&
  (database === null || notice.database === null || database === notice.database);
