import type { PrimaryConfig, ReplicaConfig } from '../../domain/node-config.ts';
import { roles } from '../../domain/naming.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import type { Settings } from '../../domain/settings.ts';

const mebibyte = 1024 * 1024;
const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, Math.floor(value)));

/** What follows from a server's memory: a quarter is its own cache, three quarters are what a query may count on being cached. */
const fromMemory = (memoryBytes: number) => {
  const mebibytes = memoryBytes / mebibyte;
  return {
    // Each may need some 5 MB beside the cache. Beyond 500 a pooler serves better.
    max_connections: between(100, mebibytes / 5.12, 500),
    shared_buffers: `${Math.floor(mebibytes / 4)}MB`,
    effective_cache_size: `${Math.floor((mebibytes * 3) / 4)}MB`,
    maintenance_work_mem: `${between(32, mebibytes / 16, 2048)}MB`,
  };
};

/** Settings in which all nodes of a database agree, whether pgrow or Patroni starts PostgreSQL (PostgreSQL manual, chapter 19). */
export const postgresParameters = (memoryBytes: number): Readonly<Record<string, string | number>> => ({
  ...fromMemory(memoryBytes),
  max_wal_senders: 20,
  max_replication_slots: 20,
  max_worker_processes: 8,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
  wal_level: 'replica',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  wal_log_hints: 'on',
  // Before recovery: one flush of the disk instead of one for each of a thousand files that a base backup has flushed.
  recovery_init_sync_method: 'syncfs',
  wal_keep_size: '128MB',
  // A replica that never comes back must not fill the primary's disk.
  max_slot_wal_keep_size: '10GB',
  wal_retrieve_retry_interval: '200ms',
  wal_receiver_timeout: '10s',
  wal_sender_timeout: '10s',
  password_encryption: 'scram-sha-256',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
});

/** Every replica counts: any one of them confirms. Empty for asynchronous replication. */
export const synchronousStandbyNames = (names: readonly string[]): string =>
  names.length === 0 ? '' : `ANY 1 (${names.map((name) => `"${name}"`).join(', ')})`;

/** postgresql.conf of a node that runs without Patroni. */
export const postgresqlConf = ({ nodeName, config, memoryBytes, kept, peerHost = byName }: PostgresqlConf): string => {
  const settings: Record<string, string | number> = {
    listen_addresses: '*',
    port: 5432,
    unix_socket_directories: '/run/postgresql',
    cluster_name: nodeName,
    ...postgresParameters(memoryBytes),
    ...kept,
    synchronous_standby_names: config.mode === 'primary' ? synchronousStandbyNames(config.synchronous_standbys) : '',
    ...(config.mode === 'replica' ? followSettings(nodeName, config, peerHost) : {}),
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name} = ${quote(value)}`)
    .join('\n')}\n`;
};

interface PostgresqlConf {
  readonly nodeName: string;
  readonly config: PrimaryConfig | ReplicaConfig;
  readonly memoryBytes: number;
  /** What the database has had from its beginning or has come to have, in place of our own choice. */
  readonly kept: Settings;
  readonly peerHost?: PeerHost;
}

const followSettings = (nodeName: string, { follow, slot }: ReplicaConfig, peerHost: PeerHost) => ({
  primary_conninfo: [
    `host=${follow.map(peerHost).join(',')}`,
    'port=5432',
    `user=${roles.replication}`,
    `application_name=${nodeName}`,
    'passfile=/etc/pgrow/pgpass',
    'connect_timeout=3',
    'keepalives_idle=5 keepalives_interval=2 keepalives_count=3',
    // Among several, only the one that takes writes may be followed.
    ...(follow.length > 1 ? ['target_session_attrs=read-write'] : []),
  ].join(' '),
  primary_slot_name: slot,
});

const quote = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;

/** pg_hba.conf, also Patroni's: the machine's own user by peer, everybody else by SCRAM. */
export const hbaLines: readonly string[] = [
  'local all postgres peer',
  'local replication postgres peer',
  `host replication ${roles.replication} all scram-sha-256`,
  'host all all all scram-sha-256',
];

export const pgHba = (): string => `${hbaLines.join('\n')}\n`;

/** Password file of the replication role, for any server (PostgreSQL manual, 32.16). */
export const pgpass = ({ replicationPassword }: { readonly replicationPassword: string }): string =>
  `*:*:*:${roles.replication}:${replicationPassword.replaceAll(/[\\:]/g, '\\$&')}\n`;
