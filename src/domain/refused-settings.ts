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

/** Of applications, which keep such things in settings of their own, `app.db_pass`. PostgreSQL's own names have no dot. */
const secretParts = /\..*(?:passw|secret|token|credential|passphrase|private|apikey)/;
/** At the end of a word, `app.databaseUrl`: addresses often have a password in them. */
const secretEnds = /\..*(?:pwd|dsn|conn(?:ection)?_?str(?:ing)?|ur[il]|jwt|cookie|salt)s?\d*(?:[._$]|$)/;
/** Only as words: a monkey is no key. */
const secretWords = /\.(?:.*[._])?(?:db|user)?(?:pass|auth|key)s?\d*(?:[._$]|$)/;

const looksSecret = (name: string): boolean =>
  [secretParts, secretEnds, secretWords].some((pattern) => pattern.test(name));

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
];

const secret =
  'It looks like a secret, and values of settings are recorded and shown as they are. Keep it in a table, or set it with ALTER ROLE.';

const reasons: ReadonlyMap<string, string> = new Map(
  refused.flatMap(({ names, why }) => names.map((name) => [name, why] as const)),
);

/** Why an operator cannot choose this setting and what to do instead, in two sentences; null if it can be chosen. */
export const refusalOf = (name: string): string | null => {
  const canonical = canonicalSettingName(name);
  const why = reasons.get(canonical) ?? families.find(({ pattern }) => pattern.test(canonical))?.why;
  return why ?? (looksSecret(canonical) ? secret : null);
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
  return withPasswords.includes(canonical) || looksSecret(canonical);
};
