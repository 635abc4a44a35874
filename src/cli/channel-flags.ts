import { InvalidArgumentError, Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import { smtpSecurities, type SmtpSecurity } from '../domain/notifications/channels.ts';
import { noticeTypes } from '../domain/notifications/notice.ts';
import { allProjects } from '../domain/tokens.ts';
import { chosenProject } from './chosen-context.ts';
import { readFirstLine } from './read-first-line.ts';

/** Options of `notifications add`, and the body that they make. */

export interface ChannelFlags {
  readonly project?: string;
  readonly database?: string;
  readonly events?: readonly string[];
  readonly webhook?: string;
  readonly webhookFile?: string;
  readonly slack?: true;
  readonly email?: readonly string[];
  readonly from?: string;
  readonly smtp?: { readonly host: string; readonly port?: number };
  readonly smtpSecurity?: SmtpSecurity;
  readonly smtpUser?: string;
  readonly smtpPasswordFile?: string;
  readonly allowPrivate?: true;
}

export const withChannelFlags = (command: Command): Command =>
  command
    .option('--project <project>', `its project, or "${allProjects}" for all (default: that of the context)`)
    .option('--database <name>', 'only what concerns this database')
    .option('--events <types>', `only these, separated by commas: ${noticeTypes.join(', ')}`, parseEvents)
    .option('--webhook <url>', 'send it to this URL')
    .option('--webhook-file <path>', 'the same, with the URL in the first line of a file, - for standard input')
    .option('--slack', "send what Slack's incoming webhooks take, and what speaks like them")
    .option('--email <addresses>', 'send it by e-mail to these, separated by commas', parseList)
    .option('--from <address>', 'sender of the e-mail')
    .option('--smtp <host:port>', 'server that takes the e-mail', parseServer)
    .addOption(new Option('--smtp-security <how>', 'how its connection is encrypted').choices(smtpSecurities))
    .option('--smtp-user <name>', 'who logs in there')
    .option('--smtp-password-file <path>', 'file with the password in its first line, - for standard input')
    .option('--allow-private', 'it may lead to private addresses, and speak HTTP without TLS');

const parseList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

const parseEvents = (text: string): readonly string[] => {
  const events = parseList(text);
  const unknown = events.find((event) => !noticeTypes.some((type) => type === event));
  if (unknown === undefined && events.length > 0) return events;
  throw new InvalidArgumentError(`Allowed: ${noticeTypes.join(', ')}.`);
};

const parseServer = (text: string): { readonly host: string; readonly port?: number } => {
  const [, host, port] = /^([\w.-]+|\[[0-9a-fA-F:.]+\])(?::(\d+))?$/.exec(text) ?? [];
  if (host === undefined) throw new InvalidArgumentError('Allowed: a host, or host:port.');
  return { host: host.replace(/^\[(.*)\]$/, '$1'), ...(port !== undefined && { port: Number(port) }) };
};

/** @throws PgrowError `invalid_input` where the options do not say where to */
export const channelBody = (name: string, flags: ChannelFlags): object => {
  const { project = chosenProject(), database, events } = flags;
  const common = { name, project, ...(database !== undefined && { database }), ...(events && { events }) };
  const url = flags.webhookFile === undefined ? flags.webhook : readFirstLine(flags.webhookFile, 'the URL');
  if ((url === undefined) === (flags.email === undefined))
    throw new PgrowError('invalid_input', 'Say where to: either --webhook URL or --email ADDRESSES.');
  const allow_private = flags.allowPrivate === true;
  if (url !== undefined)
    return { ...common, webhook: { url, format: flags.slack ? 'slack' : 'standard', allow_private } };
  return { ...common, email: { ...emailOf(flags), allow_private } };
};

const emailOf = ({ email, from, smtp, smtpSecurity, smtpUser, smtpPasswordFile }: ChannelFlags): object => {
  if (from === undefined || smtp === undefined)
    throw new PgrowError('invalid_input', 'E-mail needs a sender and a server: --from ADDRESS --smtp HOST:PORT.');
  return {
    to: email,
    from,
    ...smtp,
    ...(smtpSecurity !== undefined && { security: smtpSecurity }),
    ...(smtpUser !== undefined && { user: smtpUser }),
    ...(smtpPasswordFile !== undefined && { password: readFirstLine(smtpPasswordFile, 'the password') }),
  };
};
