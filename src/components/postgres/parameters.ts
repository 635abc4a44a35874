import type { PrimaryConfig, ReplicaConfig } from '../../domain/node-config.ts';
import { roles } from '../../domain/naming.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import { postgresParameters } from '../../domain/server-parameters.ts';
import type { Settings } from '../../domain/settings.ts';
import { tlsFiles, type Encryption } from '../../domain/tls.ts';

/** Every replica counts: any one of them confirms. Empty for asynchronous replication. */
export const synchronousStandbyNames = (names: readonly string[]): string =>
  names.length === 0 ? '' : `ANY 1 (${names.map((name) => `"${name}"`).join(', ')})`;

/** postgresql.conf of a node that runs without Patroni. */
export const postgresqlConf = ({
  nodeName,
  config,
  memoryBytes,
  kept,
  peerHost = byName,
  tls,
}: PostgresqlConf): string => {
  const settings: Record<string, string | number> = {
    listen_addresses: '*',
    port: 5432,
    unix_socket_directories: '/run/postgresql',
    cluster_name: nodeName,
    ...postgresParameters(memoryBytes),
    ...kept,
    ...(tls ? tlsParameters : {}),
    synchronous_standby_names: config.mode === 'primary' ? synchronousStandbyNames(config.synchronous_standbys) : '',
    ...(config.mode === 'replica' ? followSettings(nodeName, config, peerHost, tls) : {}),
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
  /** Of the node; absent of one that speaks plain text. */
  readonly tls?: Encryption | undefined;
}

/**
 * No client is asked for a certificate, because none logs in by one: libpq would send whichever its user has, and be refused for
 * that of another authority.
 */
export const tlsParameters = {
  ssl: 'on',
  ssl_cert_file: tlsFiles.identity,
  ssl_key_file: tlsFiles.identity,
  ssl_min_protocol_version: 'TLSv1.2',
};

/** How a server connects to another of its database, as libpq takes it. */
export const verifiedServer = { sslmode: 'verify-full', sslrootcert: tlsFiles.authorities };

const followSettings = (
  nodeName: string,
  { follow, slot }: ReplicaConfig,
  peerHost: PeerHost,
  tls: Encryption | undefined,
) => ({
  primary_conninfo: [
    `host=${follow.map(peerHost).join(',')}`,
    'port=5432',
    `user=${roles.replication}`,
    `application_name=${nodeName}`,
    'passfile=/etc/pgrow/pgpass',
    'connect_timeout=3',
    'keepalives_idle=5 keepalives_interval=2 keepalives_count=3',
    ...(tls ? Object.entries(verifiedServer).map(([name, value]) => `${name}=${value}`) : []),
    // Among several, only the one that takes writes may be followed.
    ...(follow.length > 1 ? ['target_session_attrs=read-write'] : []),
  ].join(' '),
  primary_slot_name: slot,
});

const quote = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll(/['\\]/g, '$&$&')}'`;

const ownSocket = ['local all postgres peer', 'local replication postgres peer'];

/** pgrow's own, those by which nodes connect to each other, and the administrator's. */
const ownRoles = [
  roles.superuser,
  roles.own,
  roles.replication,
  roles.rewind,
  roles.pooler,
  roles.reader,
  roles.probe,
].join(',');

/**
 * pg_hba.conf, also Patroni's: the machine's own user by peer, everybody else by SCRAM. The first line that fits counts, and one
 * that rejects says so to the client.
 */
export const hbaLines = (tls?: Encryption): readonly string[] =>
  tls === undefined
    ? [...ownSocket, `host replication ${roles.replication} all scram-sha-256`, 'host all all all scram-sha-256']
    : [
        ...ownSocket,
        `hostnossl all,replication ${tls === 'require' ? 'all' : ownRoles} all reject`,
        `host replication ${roles.replication} all scram-sha-256`,
        'host all all all scram-sha-256',
      ];

export const pgHba = (tls?: Encryption): string => `${hbaLines(tls).join('\n')}\n`;

/** Password file of the replication role, for any server (PostgreSQL manual, 32.16). */
export const pgpass = ({ replicationPassword }: { readonly replicationPassword: string }): string =>
  `*:*:*:${roles.replication}:${replicationPassword.replaceAll(/[\\:]/g, '\\$&')}\n`;
