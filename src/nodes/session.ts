import { applicationName, hasTransactionTimeout, type Database } from '../domain/database.ts';
import { connectCommand } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import { isKeptOutByLibrary, refusalOf } from '../domain/login-refusal.ts';
import { containerName, ports, roles } from '../domain/naming.ts';
import type { Node, NodeRef } from '../domain/topology.ts';
import type { EtcdClient } from '../components/etcd/index.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { Peer } from '../components/peer.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import type { PatroniClient } from '../components/patroni/index.ts';
import type { PostgresAddress, PostgresConnection } from '../components/postgres/index.ts';
import { retryUntil } from '../platform/retry-until.ts';
import type { SessionDependencies } from './dependencies.ts';
import { restoreOwnAccess } from './own-access.ts';
import { peerTls } from './peer-tls.ts';
import { readAllSecrets, type Secrets } from './secrets.ts';

/** The database that belongs to no application. */
export const maintenanceDatabase = 'postgres';

/** One database as an activity uses it: its record, its secrets, and access to its nodes. */
export interface Session {
  readonly database: Database;
  readonly secrets: Secrets;
  /** The node of this name, whether or not it exists. */
  nodeRef(name: string): NodeRef;
  /** The only way to reach a node. @throws PgrowError `no_answer` when its container does not run */
  peer(node: NodeRef): Promise<Peer>;
  /** A superuser's connection to a node; the caller ends it. `onEnd`: as for `connectPostgres`. */
  connectSuperuser(node: NodeRef, more?: Pick<PostgresAddress, 'database' | 'onEnd'>): Promise<PostgresConnection>;
  /** A connection of the role that may only read tables, to a database of a node; the caller ends it. */
  connectReader(node: NodeRef, database: string): Promise<PostgresConnection>;
  /** A connection of the role that writes probes as the application would, to any address; the caller ends it. */
  connectProbe(
    at: PeerPort,
    more?: Pick<PostgresAddress, 'onEnd' | 'connectTimeoutMs' | 'statementTimeoutMs'>,
  ): Promise<PostgresConnection>;
  /** The application's connection, with the recorded password unless another is given, to its database unless to another. That password may be outdated. */
  connectApplication(
    at: PeerPort,
    more?: Partial<
      Pick<PostgresAddress, 'onEnd' | 'password' | 'database' | 'connectTimeoutMs' | 'statementTimeoutMs'>
    >,
  ): Promise<PostgresConnection>;
  /** The admin console of the PgBouncer at this port of a pooler; the caller ends it. */
  connectPooler(pooler: NodeRef, port: number): Promise<PoolerAdmin>;
  connectEtcd(node: NodeRef, limits?: RequestLimits): Promise<EtcdClient>;
  /** A router's runtime API; the caller ends it. */
  connectRouter(router: NodeRef): Promise<RuntimeApi>;
  /** Runs `use` on a superuser's connection to a node. */
  asSuperuser<T>(node: NodeRef, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** The same in the application's database instead of `postgres`. */
  asSuperuserIn<T>(node: NodeRef, database: string, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** Runs `use` on a reader's connection to a database of a node. */
  asReader<T>(node: NodeRef, database: string, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** Runs `use` on a connection to a member's Patroni. Without `limits`, the client's own apply to each call. */
  asMember<T>(member: Node, use: (client: PatroniClient) => Promise<T>, limits?: RequestLimits): Promise<T>;
  /** Runs `use` on a connection to a router's runtime API. */
  asRouter<T>(router: Node, use: (api: RuntimeApi) => Promise<T>): Promise<T>;
  /** Runs `use` on the admin console of the PgBouncer at this port of a pooler. */
  asPoolerAdmin<T>(pooler: NodeRef, port: number, use: (admin: PoolerAdmin) => Promise<T>): Promise<T>;
  /** Runs `use` on a connection of the role that writes probes, to any address. */
  asProbe<T>(at: PeerPort, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
}

export interface PeerPort {
  readonly peer: Peer;
  readonly port: number;
}

/** Milliseconds that each call may take. */
interface RequestLimits {
  readonly timeoutMs: number;
}

/** For reading the state of a cluster: a member that does not answer within it is skipped. */
export const lookLimits: RequestLimits = { timeoutMs: 1000 };

/** Milliseconds for a role that was restored on the primary to reach a standby. */
const arrivalLimitMs = 2000;

/**
 * For a role with more rights than the application, in the application's database: it finds nothing that the application
 * has defined, and no setting of that database can change its role, end it, or keep it out by a library that is not there.
 */
const ownSettings = ({ postgres_major }: Pick<Database, 'postgres_major'>) => ({
  search_path: 'pg_catalog',
  role: 'none',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // A literal of ours must be read as it was written, and a login that waits for its use must last.
  standard_conforming_strings: 'on',
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: '0',
  exit_on_error: 'off',
  tcp_user_timeout: '0',
  local_preload_libraries: '',
  // The driver reads times, durations and numbers as these write them.
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  ...(hasTransactionTimeout(postgres_major) ? { transaction_timeout: '0' } : {}),
});

/** A pooler keeps a connection as long as the server accepts it, even if the server's role has changed since. */
export const reconnectPoolers = async (
  session: Session,
  poolers: readonly NodeRef[],
  which: readonly number[] = [ports.pooled, ports.pooledReadOnly],
): Promise<void> => {
  for (const pooler of poolers) {
    for (const port of which) {
      // A pooler that does not answer has no connections to replace.
      await session.asPoolerAdmin(pooler, port, (admin) => admin.reconnect()).catch(() => undefined);
    }
  }
};

/** Of a node that is not on record yet: as new nodes are made. */
const tlsOf = ({ topology: { tls } }: Pick<Database, 'topology'>) => (tls ? { tls } : {});

/** @throws PgrowError `not_found` when the database is unknown or destroyed, `needs_operator` when its passwords are lost */
export const openSession = async (
  { store, platform, components }: SessionDependencies,
  serviceId: string,
): Promise<Session> => {
  const database = await store.readDatabase(serviceId);
  if (!database) throw new PgrowError('not_found', `There is no database ${serviceId}.`);
  const secrets = await readAllSecrets(store, database).catch(async (error: unknown) => {
    // Destroyed in the meantime, together with its passwords.
    if (!(await store.readDatabase(serviceId))) throw new PgrowError('not_found', `There is no database ${serviceId}.`);
    throw error;
  });

  const knownNode = (name: string): Node | undefined =>
    [...database.topology.nodes, ...database.topology.kept].find((each) => each.name === name);
  const howToConnect = ({ name, container }: NodeRef): string => {
    const node = knownNode(name);
    if (!node) return `Connect container ${container} to its network again.`;
    return `Connect it again: ${connectCommand(database, node)}`;
  };
  const peer: Session['peer'] = async ({ name, container, tls }) => {
    const state = await platform.inspectContainer(container);
    if (state?.running && state.address) {
      const { address } = state;
      return {
        name,
        address,
        ...(tls && { tls: await peerTls(database, secrets) }),
        dial: (port, limitMs) => platform.dial({ container, address }, port, limitMs),
      };
    }
    if (state?.running)
      throw new PgrowError(
        'no_answer',
        `${name} runs, but is in no network: nothing reaches it. ${howToConnect({ name, container })}`,
      );
    const ended = state && state.exitCode !== null ? ` (exit code ${state.exitCode})` : '';
    throw new PgrowError('no_answer', `${name} does not run${ended}.`);
  };
  const using = async <C extends PostgresConnection | PoolerAdmin | RuntimeApi, T>(
    connection: C,
    use: (connection: C) => Promise<T>,
  ): Promise<T> => {
    try {
      return await use(connection);
    } finally {
      await connection.end();
    }
  };
  /** Retries if one of pgrow's own roles was refused and could be restored; it reaches a standby a moment later. */
  const connectOwn = async (node: NodeRef | null, connect: () => Promise<PostgresConnection>) => {
    try {
      return await connect();
    } catch (error) {
      const canMend = refusalOf(error) === 'access' || isKeptOutByLibrary(error);
      if (!canMend || !(await restoreOwnAccess(access, node))) throw error;
      if (!node) return connect();
      let last = error;
      return retryUntil({
        attempt: () =>
          connect().catch((again: unknown) => {
            last = again;
            return undefined;
          }),
        onTimeout: () => last,
        timeoutMs: arrivalLimitMs,
      });
    }
  };
  const superuserAt = async (node: NodeRef, more?: Pick<PostgresAddress, 'database' | 'onEnd'>) =>
    components.postgres.connectPostgres({
      peer: await peer(node),
      port: ports.postgres,
      user: roles.own,
      password: secrets.own,
      settings: { ...ownSettings(database), session_authorization: roles.own },
      ...more,
    });
  const access = {
    dependencies: { platform, components },
    database,
    passwords: secrets,
    connect: (node: NodeRef, name: string) => superuserAt(node, { database: name }),
  };
  const connectSuperuser: Session['connectSuperuser'] = (node, more) => connectOwn(node, () => superuserAt(node, more));
  const connectReader: Session['connectReader'] = (node, name) =>
    connectOwn(node, async () =>
      components.postgres.connectPostgres({
        peer: await peer(node),
        port: ports.postgres,
        database: name,
        user: roles.reader,
        password: secrets.reader,
        // A view in the place of a table would run its owner's code.
        settings: {
          ...ownSettings(database),
          default_transaction_read_only: 'on',
          restrict_nonsystem_relation_kind: 'view,foreign-table',
        },
      }),
    );
  const toApplication = (at: PeerPort, user: string, password: string, more?: Partial<PostgresAddress>) =>
    components.postgres.connectPostgres({
      peer: at.peer,
      port: at.port,
      database: applicationName(database.name),
      user,
      password,
      ...more,
    });
  const connectProbe: Session['connectProbe'] = (at, more) =>
    connectOwn(null, () => toApplication(at, roles.probe, secrets.probe, more));
  const connectApplication: Session['connectApplication'] = (at, more) =>
    toApplication(at, applicationName(database.name), secrets.application, more);
  const connectPooler: Session['connectPooler'] = async (pooler, port) =>
    components.pgbouncer.connectPooler({ peer: await peer(pooler), port, password: secrets.pooler_admin });
  const connectRouter: Session['connectRouter'] = async (router) =>
    components.haproxy.connectHaproxy({ peer: await peer(router) });
  return {
    database,
    secrets,
    nodeRef: (name) => knownNode(name) ?? { name, container: containerName(database, name), ...tlsOf(database) },
    peer,
    connectSuperuser,
    connectReader,
    connectProbe,
    connectApplication,
    connectPooler,
    connectEtcd: async (node, limits) => components.etcd.createEtcdClient({ peer: await peer(node), ...limits }),
    connectRouter,
    asSuperuser: async (node, use) => using(await connectSuperuser(node), use),
    asSuperuserIn: async (node, name, use) => using(await connectSuperuser(node, { database: name }), use),
    asReader: async (node, name, use) => using(await connectReader(node, name), use),
    async asMember(member, use, limits) {
      const client = components.patroni.createPatroniClient({ peer: await peer(member), ...limits });
      try {
        return await use(client);
      } finally {
        await client.close();
      }
    },
    asRouter: async (router, use) => using(await connectRouter(router), use),
    asPoolerAdmin: async (pooler, port, use) => using(await connectPooler(pooler, port), use),
    asProbe: async (at, use) => using(await connectProbe(at), use),
  };
};
