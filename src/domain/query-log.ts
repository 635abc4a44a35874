import { commandOf, hideLiterals } from './hide-literals.ts';
import { knownMessage } from './server-messages.ts';

/** A statement in a server's log because it was slow, or because it failed. */
export interface LoggedStatement {
  /** ISO 8601. */
  readonly at: string;
  readonly node: string;
  readonly kind: LoggedKind;
  /** Of a slow one. */
  readonly duration_ms: number | null;
  readonly database: string | null;
  readonly user: string | null;
  /** Null unless `log_line_prefix` has it. */
  readonly application: string | null;
  /** Null unless `log_error_verbosity` is verbose. */
  readonly sqlstate: string | null;
  /** Of one that failed. */
  readonly message: string | null;
  /** Values: the parameters, or what the server says of the failure. */
  readonly detail: string | null;
  readonly statement: string | null;
}

export const loggedKinds = ['slow', 'failed'] as const;
export type LoggedKind = (typeof loggedKinds)[number];

/** Longer texts are cut: characters. */
const longest = 10_000;

/**
 * Statements of applications in the log of a node, oldest first ("Reporting and Logging" in PostgreSQL's manual). Lines of other
 * programs and with a prefix that pgrow has not set are passed over.
 * @param own roles whose statements are left out
 */
export const loggedStatements = (node: string, log: string, own: readonly string[]): readonly LoggedStatement[] => {
  const found: LoggedStatement[] = [];
  const open = new Map<string, Draft>();
  const close = (pid: string): void => {
    const draft = open.get(pid);
    open.delete(pid);
    const entry = draft && entryOf(node, draft);
    if (entry && !own.includes(entry.user ?? '')) found.push(entry);
  };
  let last: { readonly texts: Draft['texts']; readonly name: string } | null = null;
  for (const line of log.split('\n')) {
    if (line.startsWith('\t')) {
      if (last) last.texts[last.name] += `\n${line.slice(1)}`;
      continue;
    }
    last = null;
    const { pid, severity, text, ...said } = header.exec(line)?.groups ?? {};
    if (pid === undefined || severity === undefined) continue;
    if (!partsOfMessage.includes(severity)) {
      close(pid);
      open.set(pid, { ...said, severity, texts: {} });
    }
    const draft = open.get(pid);
    if (!draft) continue;
    const name = partsOfMessage.includes(severity) ? severity : 'message';
    draft.texts[name] = text ?? '';
    last = { texts: draft.texts, name };
  }
  for (const pid of open.keys()) close(pid);
  return found.toSorted((one, other) => one.at.localeCompare(other.at));
};

/** `log_line_prefix` as pgrow sets it: `%m [%p] %q%u@%d `. */
const header =
  /^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) (?<zone>[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?) \[(?<pid>\d+)\] (?:(?<user>[^@]*)@(?<database>\S*) )?(?<severity>LOG|ERROR|FATAL|PANIC|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION|BACKTRACE|WARNING|NOTICE|INFO|DEBUG\d?): {2}(?<text>.*)$/;

/** They follow the line with the message itself. */
const partsOfMessage = ['STATEMENT', 'DETAIL', 'HINT', 'CONTEXT', 'QUERY', 'LOCATION', 'BACKTRACE'];

interface Draft {
  readonly time?: string;
  readonly zone?: string;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
  readonly severity: string;
  readonly texts: Record<string, string>;
}

/** `duration: 12.345 ms  execute S_1: SELECT …`, and not the plans of auto_explain. */
const slow = /^duration: (\d+(?:\.\d+)?) ms {2}(?:statement|execute [^:\n]*|parse [^:\n]*|bind [^:\n]*): ([^]*)$/;

const entryOf = (node: string, { time, zone, user, database, severity, texts }: Draft): LoggedStatement | null => {
  const at = momentOf(time ?? '', zone ?? '');
  // Of the server itself, such as a checkpoint.
  if (at === null || user === undefined || database === undefined) return null;
  const said = { at, node, user, database, application: null, detail: cut(texts['DETAIL']) };
  const message = texts['message'] ?? '';
  if (severity === 'LOG') {
    const [, duration, statement] = slow.exec(message) ?? [];
    if (duration === undefined || statement === undefined) return null;
    const duration_ms = Number(duration);
    return { ...said, kind: 'slow', duration_ms, sqlstate: null, message: null, statement: cut(statement) };
  }
  const statement = cut(texts['STATEMENT']);
  // A login that was refused is no statement.
  if (severity !== 'ERROR' && statement === null) return null;
  if (!['ERROR', 'FATAL', 'PANIC'].includes(severity)) return null;
  const [, sqlstate = null, words = message] = /^([0-9A-Z]{5}): ([^]*)$/.exec(message) ?? [];
  return { ...said, kind: 'failed', duration_ms: null, sqlstate, message: cut(words.replace(position, '')), statement };
};

/** The log adds where in the statement it is. */
const position = / at character \d+$/;

const cut = (text: string | undefined): string | null => {
  if (text === undefined) return null;
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

/** Null in a time zone of which only a short name is known. */
const momentOf = (time: string, zone: string): string | null => {
  const offset = ['UTC', 'GMT', 'Z'].includes(zone) ? 'Z' : zone;
  if (offset !== 'Z' && !/^[+-]/.test(offset)) return null;
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(offset) ?? [];
  const moment = Date.parse(`${time.replace(' ', 'T')}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(moment) ? null : new Date(moment).toISOString();
};

/** The same for those who may not see what an application stores. */
export const withoutValues = (entry: LoggedStatement): LoggedStatement => {
  const { kind, message, statement } = entry;
  const known = kind === 'failed' && message !== null ? knownMessage(message) : null;
  const shown = known ? { hiddenNames: known.doubtful, hidesQuoted: !known.knewNames } : {};
  const isSure = kind === 'slow' || known !== null;
  return {
    ...entry,
    message: known?.message ?? null,
    detail: null,
    statement: statement && (isSure ? hideLiterals(statement, shown) : commandOf(statement)),
  };
};
