import { applicationName, type Database } from '../domain/database.ts';
import { PgrowError } from '../domain/errors.ts';
import { refusalOf } from '../domain/login-refusal.ts';
import { containerName, ports, roles } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import type { PatroniClient } from '../components/patroni/index.ts';
import type { PostgresAddress, PostgresConnection } from '../components/postgres/index.ts';
import { retryUntil } from '../platform/retry-until.ts';
import type { Dependencies } from './dependencies.ts';
import { restoreOwnAccess } from './own-access.ts';
import { readAllSecrets, type Secrets } from './secrets.ts';

/** The database of a server that belongs to no application. */
export const maintenanceDatabase = 'postgres';

/** All that it takes to find a node. */
export type Placed = Pick<Node, 'name' | 'container'>;

/** One database as an activity works with it: its record, its secrets, and the ways to its nodes. */
export interface Session {
  readonly database: Database;
  readonly secrets: Secrets;
  /** The node of this name, whether there is one or not. */
  placed(name: string): Placed;
  /** @throws PgrowError `no_answer` when its container does not run */
  addressOf(node: Placed): Promise<string>;
  /** A superuser's connection to a node, to be ended by the caller. `onEnd`: as for `connectPostgres`. */
  connectSuperuser(node: Placed, more?: Pick<PostgresAddress, 'database' | 'onEnd'>): Promise<PostgresConnection>;
  /** Of the role that reads every table and can do nothing else, to a database of a node; the same. */
  connectReader(node: Placed, database: string): Promise<PostgresConnection>;
  /** Of the role that writes probes as the application would, to any address in its database; the same. */
  connectProbe(
    at: Address,
    more?: Pick<PostgresAddress, 'onEnd' | 'connectTimeoutMs' | 'statementTimeoutMs'>,
  ): Promise<PostgresConnection>;
  /** The application's, with the password on record unless another is given; the same. It may have been changed. */
  connectApplication(
    at: Address,
    more?: Partial<Pick<PostgresAddress, 'onEnd' | 'password' | 'connectTimeoutMs'>>,
  ): Promise<PostgresConnection>;
  /** The admin console of the PgBouncer at this port of a pooler; the same. */
  connectPooler(pooler: Placed, port: number): Promise<PoolerAdmin>;
  /** Runs `use` on a superuser's connection to a node. */
  asSuperuser<T>(node: Placed, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** The same in the application's database instead of `postgres`. */
  asSuperuserIn<T>(node: Placed, database: string, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** Runs `use` on a reader's connection to a database of a node. */
  asReader<T>(node: Placed, database: string, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
  /** Runs `use` on a connection to a member's Patroni. */
  asMember<T>(member: Node, use: (client: PatroniClient) => Promise<T>): Promise<T>;
  /** Runs `use` on a connection to a router's runtime API. */
  asRouter<T>(router: Node, use: (api: RuntimeApi) => Promise<T>): Promise<T>;
  /** Runs `use` on the admin console of the PgBouncer at this port of a pooler. */
  asPoolerAdmin<T>(pooler: Placed, port: number, use: (admin: PoolerAdmin) => Promise<T>): Promise<T>;
  /** Runs `use` on a connection of the role that writes probes, to any address. */
  asProbe<T>(at: Address, use: (connection: PostgresConnection) => Promise<T>): Promise<T>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds for a role that was restored on the primary to arrive at a standby. */
const arrivalLimitMs = 2000;

/**
 * For a role that is more than the application, in a database that is the application's: it finds nothing that the
 * application has defined, and no setting of that database makes it another role.
 */
const ownSettings = {
  search_path: 'pg_catalog',
  role: 'none',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  transaction_timeout: '0',
};

/** A pooler keeps a connection for as long as a server takes it, also one that has changed its role since. */
export const reconnectPoolers = async (
  session: Session,
  poolers: readonly Placed[],
  which: readonly number[] = [ports.pooled, ports.pooledReadOnly],
): Promise<void> => {
  for (const pooler of poolers) {
    for (const port of which) {
      // One that does not answer has nothing to replace.
      await session.asPoolerAdmin(pooler, port, (admin) => admin.reconnect()).catch(() => undefined);
    }
  }
};

/** @throws PgrowError `not_found` when the database is unknown or destroyed, `needs_operator` when its passwords are lost */
export const openSession = async (
  { store, platform, components }: Pick<Dependencies, 'store' | 'platform' | 'components'>,
  databaseId: string,
): Promise<Session> => {
  const database = await store.readDatabase(databaseId);
  if (!database) throw new PgrowError('not_found', `There is no database ${databaseId}.`);
  const secrets = await readAllSecrets(store, database).catch(async (error: unknown) => {
    // Removed since: its passwords have gone with it.
    if (!(await store.readDatabase(databaseId)))
      throw new PgrowError('not_found', `There is no database ${databaseId}.`);
    throw error;
  });

  const addressOf: Session['addressOf'] = async (node) => {
    const state = await platform.inspectContainer(node.container);
    if (state?.running && state.address) return state.address;
    if (state?.running)
      throw new PgrowError(
        'no_answer',
        `${node.name} runs, but is in no network: nothing reaches it. Connect container ${node.container} to its network again.`,
      );
    const ended = state && state.exitCode !== null ? ` (exit code ${state.exitCode})` : '';
    throw new PgrowError('no_answer', `${node.name} does not run${ended}.`);
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
  /** Once more where a role of pgrow's own is refused and could be restored; at a standby it arrives a moment later. */
  const connectOwn = async (node: Placed | null, connect: () => Promise<PostgresConnection>) => {
    try {
      return await connect();
    } catch (error) {
      if (refusalOf(error) !== 'access' || !(await restoreOwnAccess(access, node))) throw error;
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
  const superuserAt = async (node: Placed, more?: Pick<PostgresAddress, 'database' | 'onEnd'>) =>
    components.postgres.connectPostgres({
      host: await addressOf(node),
      port: ports.postgres,
      user: roles.own,
      password: secrets.own,
      settings: { ...ownSettings, session_authorization: roles.own },
      ...more,
    });
  const access = {
    dependencies: { platform, components },
    database,
    passwords: secrets,
    connect: (node: Placed, name: string) => superuserAt(node, { database: name }),
  };
  const connectSuperuser: Session['connectSuperuser'] = (node, more) => connectOwn(node, () => superuserAt(node, more));
  const connectReader: Session['connectReader'] = (node, name) =>
    connectOwn(node, async () =>
      components.postgres.connectPostgres({
        host: await addressOf(node),
        port: ports.postgres,
        database: name,
        user: roles.reader,
        password: secrets.reader,
        // A view that has taken a table's place would run its owner's code.
        settings: {
          ...ownSettings,
          default_transaction_read_only: 'on',
          restrict_nonsystem_relation_kind: 'view,foreign-table',
        },
      }),
    );
  const toApplication = (at: Address, user: string, password: string, more?: Partial<PostgresAddress>) =>
    components.postgres.connectPostgres({
      host: at.host,
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
    components.pgbouncer.connectPooler({ host: await addressOf(pooler), port, password: secrets.pooler_admin });
  return {
    database,
    secrets,
    placed: (name) => ({ name, container: containerName(database, name) }),
    addressOf,
    connectSuperuser,
    connectReader,
    connectProbe,
    connectApplication,
    connectPooler,
    asSuperuser: async (node, use) => using(await connectSuperuser(node), use),
    asSuperuserIn: async (node, name, use) => using(await connectSuperuser(node, { database: name }), use),
    asReader: async (node, name, use) => using(await connectReader(node, name), use),
    async asMember(member, use) {
      const client = components.patroni.createPatroniClient({ host: await addressOf(member) });
      try {
        return await use(client);
      } finally {
        await client.close();
      }
    },
    asRouter: async (router, use) =>
      using(await components.haproxy.connectHaproxy({ host: await addressOf(router) }), use),
    asPoolerAdmin: async (pooler, port, use) => using(await connectPooler(pooler, port), use),
    asProbe: async (at, use) => using(await connectProbe(at), use),
  };
};
