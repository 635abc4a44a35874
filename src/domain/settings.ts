import { languageOf, languageTagOf } from './locale.ts';

/** Settings of a server by their names, as text that needs no quotes. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What initdb and the environment decide where nothing is written: a plain server, whose configuration is ours alone, and one
 * of Patroni's, which includes initdb's, would read the same text and the same dates differently.
 */
export const decidedByInitdb = [
  'DateStyle',
  'default_text_search_config',
  'lc_messages',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'log_timezone',
  'TimeZone',
] as const;

/** Languages whose words PostgreSQL 17 knows how to reduce; as initdb chooses. */
const textSearch: Readonly<Record<string, string>> = {
  ar: 'arabic',
  ca: 'catalan',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  eu: 'basque',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hi: 'hindi',
  hu: 'hungarian',
  hy: 'armenian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  nb: 'norwegian',
  ne: 'nepali',
  nl: 'dutch',
  nn: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
  yi: 'yiddish',
};

/** What a new database begins with: what initdb would choose, written out so that every server of every stage has it. */
export const firstSettings = (
  locale: string,
): Settings & Readonly<Record<(typeof decidedByInitdb)[number], string>> => {
  const language = languageOf(locale) ?? 'en';
  return {
    DateStyle: `ISO, ${dateOrder(languageTagOf(locale) ?? 'en-US')}`,
    default_text_search_config: `pg_catalog.${textSearch[language] ?? 'simple'}`,
    // Logs are read by programs, ours among them.
    lc_messages: 'C.UTF-8',
    lc_monetary: locale,
    lc_numeric: locale,
    lc_time: locale,
    log_timezone: 'Etc/UTC',
    TimeZone: 'Etc/UTC',
  };
};

/** In which order a date is read whose numbers could be either: MDY, DMY or YMD. */
const dateOrder = (tag: string): string =>
  new Intl.DateTimeFormat(tag)
    .formatToParts(new Date(0))
    .flatMap(({ type }) => ({ year: 'Y', month: 'M', day: 'D' })[type as string] ?? [])
    .join('');

/**
 * Patroni takes these from etcd alone and drops them, silently, from a node's own file (Patroni manual, Important rules):
 * the new primary would come up with a hundred connections and ten slots.
 */
export const agreedParameters = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'track_commit_timestamp',
  'wal_keep_size',
  'wal_level',
  'wal_log_hints',
] as const;

/** A standby stops replaying when its primary has more of any of these (PostgreSQL manual, 26.4.3). */
export const replayNeeds: readonly string[] = [
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_wal_senders',
  'max_worker_processes',
];

/** Each server's own, in the hands of pgrow or Patroni: never carried from one to another. */
export const ownOfServer: readonly string[] = [
  'cluster_name',
  'config_file',
  'data_directory',
  'external_pid_file',
  'hba_file',
  'ident_file',
  'listen_addresses',
  'port',
  'primary_conninfo',
  'primary_slot_name',
  'restore_command',
  'synchronous_standby_names',
  'unix_socket_directories',
];

/** One line of a server's configuration files, in the order in which they are read: the last of a name counts. */
export interface FileSetting {
  readonly name: string;
  readonly value: string;
  /** Whether ALTER SYSTEM wrote it. */
  readonly by_alter_system: boolean;
}

/** What a server would have on its own: its configuration files without what ALTER SYSTEM has put over them. */
export interface ServerSettings {
  readonly lines: readonly FileSetting[];
  /** PostgreSQL's own choice where no file says anything. */
  readonly defaults: Settings;
  /** What it runs with, of `replayNeeds`. */
  readonly running: Settings;
}

/** What of a server's files is no choice of its database. */
export interface Decided {
  /** What pgrow chooses, for each size that a server has. */
  readonly ours: readonly Readonly<Record<string, string | number>>[];
  /** Names that an operator chose, on whichever server. */
  readonly chosen: readonly string[];
  /** What is kept already: under a choice it stays, for the day on which that is taken back. */
  readonly kept: Settings;
}

/**
 * What every server of the database that is made from now on has to have, to mean the same as the present one. Of what must be
 * agreed on only what is not as we choose it: that stays ours to change.
 */
export const settingsToKeep = (server: ServerSettings, { ours, chosen, kept: before }: Decided): Settings => {
  const written = lastOf(server.lines.filter((line) => !line.by_alter_system));
  const overridden = new Set(chosen.map((name) => name.toLowerCase()));
  const kept: Record<string, string> = {};
  const keep = (name: string, value: string | undefined): void => {
    const wanted = overridden.has(name.toLowerCase()) ? before[name] : value;
    if (wanted !== undefined) kept[name] = wanted;
  };
  for (const name of decidedByInitdb) keep(name, written.get(name.toLowerCase()) ?? server.defaults[name]);
  for (const name of agreedParameters) {
    const value = written.get(name);
    keep(name, ours.some((each) => value === String(each[name])) ? undefined : value);
  }
  return kept;
};

/**
 * What ALTER SYSTEM has set of what a Patroni cluster takes from etcd alone. A cluster that begins as a standby needs at least
 * what its primary runs with, whatever that is to become.
 */
export const agreedByAlterSystem = ({ lines, running }: Omit<ServerSettings, 'defaults'>): Settings => {
  const set = lastOf(lines.filter((line) => line.by_alter_system));
  return Object.fromEntries(
    agreedParameters.flatMap((name) => {
      const value = set.get(name);
      if (value === undefined) return [];
      return [[name, Number(running[name]) > Number(value) ? running[name]! : value] as const];
    }),
  );
};

/** Of `replayNeeds` what this server will have less of once it is restarted, as `max_connections 100 instead of 400`. */
export const loweredByRestart = (
  { lines, running }: Omit<ServerSettings, 'defaults'>,
  pending: readonly string[],
): readonly string[] => {
  const written = lastOf(lines);
  return pending.flatMap((name) => {
    const [next, now] = [written.get(name), running[name]];
    return next !== undefined && Number(next) < Number(now) ? [`${name} ${next} instead of ${now}`] : [];
  });
};

/**
 * What has to be done by ALTER SYSTEM on another server; null takes a setting back. One that takes writes next is to have what
 * the present one has, and nothing else. One that continues following keeps what was set on it, for its reports for one; only what it
 * could not replay without is set over that.
 */
export const settingsToCarry = (
  from: Pick<ServerSettings, 'lines'>,
  to: Pick<ServerSettings, 'lines'>,
  role: 'successor' | 'follower',
): Readonly<Record<string, string | null>> => {
  const [wanted, present] = [from, to].map(({ lines }) => lastOf(lines.filter((line) => line.by_alter_system))) as [
    ReadonlyMap<string, string>,
    ReadonlyMap<string, string>,
  ];
  const stays = (name: string): boolean => role === 'follower' && present.has(name) && !replayNeeds.includes(name);
  const names = [...new Set([...wanted.keys(), ...present.keys()])].filter(
    (name) =>
      !ownOfServer.includes(name) &&
      !name.startsWith('recovery_') &&
      !stays(name) &&
      wanted.get(name) !== present.get(name),
  );
  return Object.fromEntries(names.toSorted().map((name) => [name, wanted.get(name) ?? null]));
};

/** By lower-case name, as the server compares them. */
const lastOf = (lines: readonly FileSetting[]): ReadonlyMap<string, string> =>
  new Map(lines.map(({ name, value }) => [name.toLowerCase(), value]));
