import { createHash } from 'node:crypto';
import { ports, roles } from '../../domain/naming.ts';
import type { PoolerConfig } from '../../domain/node-config.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import { tlsFiles, type Encryption } from '../../domain/tls.ts';
import { leastIterations, scramVerifier } from '../postgres/scram.ts';

/** Who may PAUSE and RESUME. Exists in PgBouncer only. */
export const poolerAdmin = 'pgrow_admin';

/** Our own at one time, which take none away from the application: the monitor's, a hand-over's, the health check's. */
const ownConnections = 8;

const hbaFile = '/etc/pgrow/pgbouncer-hba.conf';

/** Where passwords are looked up. */
export const lookupDatabase = 'postgres';

/** One PgBouncer process each: it listens on a single port (PgBouncer manual, pgbouncer.ini). */
export const pgbouncerIni = ({
  config,
  which,
  byAddress = false,
  peerHost = byName,
  tls,
}: {
  readonly config: PoolerConfig;
  readonly which: 'read_write' | 'read_only';
  /** Whether who may log in depends on where from (`pgbouncerHba`). */
  readonly byAddress?: boolean;
  readonly peerHost?: PeerHost;
  /** Of the node; absent of one that speaks plain text. */
  readonly tls?: Encryption | undefined;
}): string => {
  const upstream = which === 'read_write' ? config.read_write : (config.read_only ?? config.read_write);
  const { options } = config;
  const settings: Record<string, string | number> = {
    listen_addr: '*',
    listen_port: which === 'read_write' ? ports.pooled : ports.pooledReadOnly,
    unix_socket_dir: which === 'read_write' ? '/run/pgbouncer/rw' : '/run/pgbouncer/ro',
    // Without server_reset_query_always: a reset after each transaction took half of the short prepared ones and more, and
    // mends neither LISTEN nor what a client expects to find again.
    pool_mode: options.pool_mode,
    default_pool_size: options.default_pool_size,
    max_client_conn: options.max_client_connections + ownConnections,
    reserve_pool_size: options.reserve_pool_size,
    reserve_pool_timeout: 1,
    // Of all roles together: idle connections give way (PgBouncer manual, max_db_connections).
    ...(options.server_connections !== undefined && { max_db_connections: options.server_connections }),
    max_prepared_statements: options.pool_mode === 'session' ? 0 : 200,
    ...(byAddress ? { auth_type: 'hba', auth_hba_file: hbaFile } : { auth_type: 'scram-sha-256' }),
    auth_file: '/etc/pgrow/userlist.txt',
    auth_user: roles.pooler,
    auth_dbname: lookupDatabase,
    auth_query: 'SELECT usename, passwd FROM pgrow.user_lookup($1)',
    admin_users: poolerAdmin,
    // Each client has its own, on whichever connection it is served. Only what the server reports of every change can be
    // tracked; what cannot is refused, because a client that is let in without it would be served as it did not ask to be.
    track_extra_parameters: 'IntervalStyle, default_transaction_read_only',
    // Numbers have been exact without it since PostgreSQL 12; drivers for Java ask for it all the same.
    ignore_startup_parameters: 'extra_float_digits',
    // After a failed login to a server all requests fail at once for this long; the default is 15 s.
    server_login_retry: 0.05,
    server_connect_timeout: 2,
    query_wait_timeout: 120,
    dns_max_ttl: 1,
    tcp_keepalive: 1,
    tcp_keepidle: 5,
    tcp_keepintvl: 2,
    tcp_keepcnt: 3,
    log_connections: 0,
    log_disconnections: 0,
    log_stats: 0,
    ...(tls ? tlsSettings(tls) : {}),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [
    '[databases]',
    `* = host=${upstream.nodes.map(peerHost).join(',')} port=${upstream.port}`,
    '',
    '[pgbouncer]',
    ...lines,
    '',
  ].join('\n');
};

/** auth_hba_file: applications have the same port, and the console is for the worker alone, whatever password they know. */
export const pgbouncerHba = (gateway: string): string =>
  [
    'local all all scram-sha-256',
    `host pgbouncer ${poolerAdmin} ${gateway}/32 scram-sha-256`,
    `host all ${poolerAdmin} all reject`,
    'host all all all scram-sha-256',
    '',
  ].join('\n');

/**
 * The names of its servers are not checked: with several, this version looks for all of them as one name and never connects. What
 * this authority has issued is of this database.
 */
const tlsSettings = (tls: Encryption) => ({
  client_tls_sslmode: tls,
  client_tls_cert_file: tlsFiles.identity,
  client_tls_key_file: tlsFiles.identity,
  client_tls_ca_file: tlsFiles.authorities,
  server_tls_sslmode: 'verify-ca',
  server_tls_ca_file: tlsFiles.authorities,
});

/**
 * auth_file: the two users that log in with a password of their own; all others are looked up in the server. The one that
 * logs in to a server needs it whole. Logins to the console are checked against a verifier: from a plain password PgBouncer would
 * compute one at every login, and serve no client meanwhile.
 */
export const userlist = ({
  poolerPassword,
  adminPassword,
}: {
  readonly poolerPassword: string;
  readonly adminPassword: string;
}): string =>
  [
    [roles.pooler, poolerPassword],
    [poolerAdmin, scramVerifier(adminPassword, { salt: saltOf(adminPassword), iterations: leastIterations })],
  ]
    .map(([user, password]) => `"${user}" "${password!.replaceAll('"', '""')}"\n`)
    .join('');

/** The same each time, so that a file written again is the same file. */
const saltOf = (password: string): Buffer =>
  createHash('sha256').update(`salt of ${password}`).digest().subarray(0, 16);
