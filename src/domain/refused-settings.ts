import type { Settings } from './settings.ts';
import { canonicalSettingName } from './setting-names.ts';

/** Settings that an operator cannot choose, with the reason and what to do instead. */
interface Refused {
  readonly names: readonly string[];
  readonly why: string;
}

const refused: readonly Refused[] = [
  {
    names: ['wal_level', 'hot_standby', 'wal_log_hints', 'full_page_writes'],
    why: 'Replicas, pg_rewind and base backups need the value that pgrow gives it. Leave it as it is.',
  },
  {
    names: ['fsync', 'data_sync_retry'],
    why: 'Another value can destroy the data in a crash. For faster commits that only risk the last moments, set synchronous_commit = off.',
  },
  {
    names: [
      'listen_addresses',
      'port',
      'bonjour',
      'bonjour_name',
      'unix_socket_directories',
      'unix_socket_group',
      'unix_socket_permissions',
    ],
    why: 'Routers, poolers and pgrow reach the server where it listens now. Clients use the addresses that `status` shows.',
  },
  {
    names: ['data_directory', 'config_file', 'hba_file', 'ident_file', 'external_pid_file'],
    why: "pgrow decides where a server's files are. There is nothing to set instead.",
  },
  { names: ['cluster_name'], why: 'It is the name of the node, by which replicas are recognized. Leave it as it is.' },
  {
    names: [
      'primary_conninfo',
      'primary_slot_name',
      'hot_standby_feedback',
      'synchronized_standby_slots',
      'sync_replication_slots',
      'wal_receiver_create_temp_slot',
    ],
    why: 'pgrow or Patroni decides which server a replica follows and how, and moves slots at a hand-over. Leave it as it is.',
  },
  {
    names: ['synchronous_standby_names'],
    why: 'pgrow or Patroni writes it as replicas come and go. Choose synchronous replication by `sync_mode` when you expand.',
  },
  {
    names: ['promote_trigger_file'],
    why: 'Only pgrow and Patroni promote a server. Use `switchover` or `failover`.',
  },
  {
    names: [
      'archive_mode',
      'archive_command',
      'archive_library',
      'archive_timeout',
      'archive_cleanup_command',
      'restore_command',
    ],
    why: 'pgrow keeps no archive of WAL, and one that fails fills the disk. Use `snapshots`.',
  },
  {
    names: [
      'wal_receiver_timeout',
      'wal_sender_timeout',
      'wal_receiver_status_interval',
      'wal_retrieve_retry_interval',
    ],
    why: 'Hand-overs and failovers rely on how soon a lost replica is noticed and connects again. Leave it as it is.',
  },
  {
    names: ['password_encryption', 'db_user_namespace'],
    why: 'Poolers and pgrow log in by SCRAM and by plain role names. Leave it as it is.',
  },
  {
    names: ['krb_server_keyfile', 'krb_caseins_users', 'gss_accept_delegation', 'oauth_validator_libraries'],
    why: 'pgrow lets clients in by SCRAM only. There is nothing to set instead.',
  },
  {
    names: [
      'log_destination',
      'logging_collector',
      'log_directory',
      'log_filename',
      'log_file_mode',
      'log_rotation_age',
      'log_rotation_size',
      'log_truncate_on_rotation',
      'log_line_prefix',
      'lc_messages',
      'event_source',
    ],
    why: 'The container engine keeps the log, and pgrow reads statements and errors in it. Use `logs` to read it.',
  },
  {
    names: ['track_activities', 'track_counts'],
    why: 'Autovacuum and the numbers that pgrow shows are counted by it. Leave it on.',
  },
  {
    names: ['restart_after_crash', 'allow_alter_system'],
    why: 'pgrow or Patroni restarts the server and carries settings to the next one by it. Leave it as it is.',
  },
  {
    names: ['shared_memory_type', 'dynamic_shared_memory_type', 'dynamic_library_path', 'extension_control_path'],
    why: 'It belongs to the image and to the container that pgrow makes from it. There is nothing to set instead.',
  },
  {
    names: ['standard_conforming_strings', 'session_replication_role', 'exit_on_error', 'event_triggers'],
    why: 'It would change what every session on the server does, those of pgrow too. Set it in the session that needs it.',
  },
  {
    names: [
      'allow_in_place_tablespaces',
      'allow_system_table_mods',
      'debug_discard_caches',
      'ignore_checksum_failure',
      'ignore_invalid_pages',
      'ignore_system_indexes',
      'post_auth_delay',
      'pre_auth_delay',
      'send_abort_for_crash',
      'send_abort_for_kill',
      'wal_consistency_checking',
      'zero_damaged_pages',
    ],
    why: 'It is for examining or rescuing a damaged server. Set it in a session of a superuser, if at all.',
  },
  {
    names: [
      'application_name',
      'client_encoding',
      'is_superuser',
      'role',
      'seed',
      'session_authorization',
      'transaction_deferrable',
      'transaction_isolation',
      'transaction_read_only',
    ],
    why: 'It belongs to a session or a transaction. Clients set it when they connect, or by SET.',
  },
  {
    names: [
      'block_size',
      'data_checksums',
      'data_directory_mode',
      'debug_assertions',
      'huge_pages_status',
      'in_hot_standby',
      'integer_datetimes',
      'lc_collate',
      'lc_ctype',
      'max_function_args',
      'max_identifier_length',
      'max_index_keys',
      'num_os_semaphores',
      'segment_size',
      'server_encoding',
      'server_version',
      'server_version_num',
      'shared_memory_size',
      'shared_memory_size_in_huge_pages',
      'ssl_library',
      'wal_block_size',
      'wal_segment_size',
    ],
    why: 'It was decided when the server was built or its data were made, and only shows what is. It cannot be set.',
  },
];

/** Of applications, which keep such things in settings of their own. */
const secretNames = /\..*(?:passw|secret|token|credential|passphrase|private|_key$|\.key$|apikey)/;

const families: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /^recovery_(?!init_sync_method$|prefetch$)/,
    why: 'pgrow and Patroni decide what a server recovers and follows. To go back to an earlier state, use `restore`.',
  },
  { pattern: /^syslog_/, why: 'The container engine keeps the log. Use `logs` to read it.' },
  {
    pattern: /^ssl(?:_|$)/,
    why: 'Keys and certificates belong to the node, which pgrow makes. There is nothing to set instead.',
  },
  {
    pattern: secretNames,
    why: 'It looks like a secret, and values of settings are recorded and shown as they are. Keep it in a table, or set it with ALTER ROLE.',
  },
];

const reasons: ReadonlyMap<string, string> = new Map(
  refused.flatMap(({ names, why }) => names.map((name) => [name, why] as const)),
);

/** Why an operator cannot choose this setting and what to do instead, in two sentences; null if it can be chosen. */
export const refusalOf = (name: string): string | null => {
  const canonical = canonicalSettingName(name);
  return reasons.get(canonical) ?? families.find(({ pattern }) => pattern.test(canonical))?.why ?? null;
};

const withPasswords: readonly string[] = [
  'archive_cleanup_command',
  'archive_command',
  'primary_conninfo',
  'recovery_end_command',
  'restore_command',
  'ssl_passphrase_command',
];

/** Whether the value of a setting may hold a password: it is not shown and not passed on. */
export const holdsSecret = (name: string): boolean => {
  const canonical = canonicalSettingName(name);
  return withPasswords.includes(canonical) || secretNames.test(canonical);
};

/** What pgrow needs at least, whatever else the server does. */
const leastValues: Readonly<Record<string, { readonly least: number; readonly why: string }>> = {
  // Six replicas, each of them once more while it is built, with two connections each.
  max_wal_senders: { least: 20, why: 'replicas, and as many again while new ones are built' },
  max_replication_slots: { least: 20, why: 'slots of replicas, and as many again while new ones are built' },
  max_worker_processes: { least: 2, why: 'parallel and logical workers' },
  superuser_reserved_connections: { least: 3, why: "pgrow's own logins when clients have taken all others" },
};

/** What a value has to be at least for pgrow to work, in words; null if it is enough. Values that are no number pass. */
export const tooSmall = (name: string, value: string): string | null => {
  const bound = leastValues[canonicalSettingName(name)];
  if (!bound || !(Number(value) < bound.least)) return null;
  return `at least ${bound.least}: pgrow needs them for ${bound.why}`;
};

const isOff = (value: string): boolean => /^(?:of|off|f|fa|fal|fals|false|n|no|0)$/i.test(value.trim());
const isOn = (value: string): boolean => /^(?:on|t|tr|tru|true|y|ye|yes|1)$/i.test(value.trim());
const isZero = (value: string): boolean => Number.parseFloat(value) === 0;

type Warned = (value: string) => string | null;
const ifSo =
  (holds: (value: string) => boolean, says: string): Warned =>
  (value) =>
    holds(value) ? says : null;

const warned: Readonly<Record<string, Warned>> = {
  synchronous_commit(value) {
    const how = value.trim().toLowerCase();
    if (isOff(how))
      return 'synchronous_commit = off: a crash of the server loses what was committed in its last moments, up to about half a second, although clients have seen it succeed.';
    if (how === 'local')
      return 'synchronous_commit = local: a commit waits for no replica, so a failover can lose what was committed last, also with synchronous replication.';
    if (how === 'remote_write')
      return 'synchronous_commit = remote_write: a commit can be lost if the host of a replica crashes just before a failover to it.';
    return null;
  },
  autovacuum: ifSo(
    isOff,
    'autovacuum = off: tables and indexes grow, statistics age, and the server vacuums only to prevent that transaction ids run out.',
  ),
  default_transaction_read_only: ifSo(
    isOn,
    'default_transaction_read_only = on: clients cannot write unless they ask for it.',
  ),
  max_slot_wal_keep_size: ifSo(
    (value) => Number.parseFloat(value) < 0,
    'max_slot_wal_keep_size = -1: a replica that does not come back fills the disk of the server that takes writes.',
  ),
  idle_replication_slot_timeout: ifSo(
    (value) => !isZero(value),
    'idle_replication_slot_timeout: a replica that is away for longer has to be rebuilt with `reinit`.',
  ),
  idle_session_timeout: ifSo(
    (value) => !isZero(value),
    'idle_session_timeout: connections that a pool keeps ready are ended as well, so clients behind one can meet a closed connection.',
  ),
  statement_timeout: ifSo(
    (value) => !isZero(value),
    'statement_timeout: it holds for every session that does not set its own, for migrations and exports too.',
  ),
  transaction_timeout: ifSo(
    (value) => !isZero(value),
    'transaction_timeout: it holds for every session that does not set its own, for migrations and exports too.',
  ),
  log_statement: ifSo(
    (value) => ['all', 'mod'].includes(value.trim().toLowerCase()),
    'log_statement: values that statements carry are written to the log, personal data among them, and the log grows fast.',
  ),
  log_min_duration_statement: ifSo(
    isZero,
    'log_min_duration_statement = 0: every statement is written to the log with its values, and the log grows fast.',
  ),
};

/** What may be lost or become worse by these chosen settings, a sentence each. */
export const settingWarnings = (settings: Settings): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => warned[canonicalSettingName(name)]?.(value) ?? []);
