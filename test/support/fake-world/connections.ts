import type { Peer } from '../../../src/components/peer.ts';
import { matchesVerifier, type PostgresConnection } from '../../../src/components/postgres/index.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import { roles } from '../../../src/domain/naming.ts';
import type { Machine, Machines } from './machines.ts';
import type { Outside } from './outside.ts';
import type { Poolers } from './poolers.ts';
import type { Server, Servers } from './postgres-servers.ts';
import type { Routers } from './routers.ts';
import { spokenWith } from './spoken-with.ts';

/** Connections that find their way as real ones do: through front, pooler and router to a server that takes them. */
export interface Connections {
  connect(address: Address): Promise<PostgresConnection>;
  /** The server behind a connection. @throws PgrowError `no_answer` when it has gone */
  serverOf(connection: PostgresConnection): Server;
  /** Which of its databases it is to. */
  databaseOf(connection: PostgresConnection): string;
  /** From now on pg_hba.conf lets this role into none of these servers. */
  keepOut(user: string, servers: readonly string[]): void;
}

interface Address {
  readonly peer: Peer;
  readonly port?: number;
  readonly database?: string;
  readonly user: string;
  readonly password: string;
}

/** A pooler on the way. */
interface Passed {
  readonly machine: Machine;
  readonly port: number;
}

interface Cast {
  readonly machines: Machines;
  readonly servers: Servers;
  readonly routers: Routers;
  readonly poolers: Poolers;
  readonly outside: Outside;
}

export const createConnections = ({ machines, servers, routers, poolers, outside }: Cast): Connections => {
  const behind = new WeakMap<PostgresConnection, Server>();
  const databases = new WeakMap<PostgresConnection, string>();
  const keptOut = new Map<string, readonly string[]>();

  const destination = (machine: Machine, port: number, passed: Passed[]): Server => {
    if (machine.kind === 'postgres') {
      const server = servers.on(machine);
      if (server) return server;
      servers.lookAround();
      throw refused(machine, port, 'the server does not run');
    }
    const isPooler = machine.kind === 'pgbouncer';
    if (isPooler && poolers.isPaused(machine)) throw refused(machine, port, 'it is paused');
    const next = (isPooler ? poolers : routers).next(machine, port);
    if (!next) throw refused(machine, port, 'it leads nowhere');
    if (isPooler) passed.push({ machine, port });
    const server = destination(next.node, next.port, passed);
    if (
      isPooler &&
      !matchesVerifier(poolers.lookUpPassword(machine) ?? '', server.data.passwords.get(roles.pooler) ?? '')
    )
      throw notLetIn(`Cannot connect to ${machine.name}:${port}`, roles.pooler, '08P01');
    return server;
  };

  /** What pgrow does itself is encrypted wherever a node has a certificate; clients may choose. */
  const reached = (peer: Peer, user: string): Promise<Machine> =>
    ownRoles.includes(user) ? spokenWith(machines, peer) : machines.at(peer.address);

  const serverOf = (connection: PostgresConnection): Server => {
    const server = behind.get(connection);
    if (server && servers.on(server.machine)?.data === server.data) return server;
    throw new PgrowError('no_answer', 'A statement failed: the connection is gone.');
  };

  /** Those few statements that activities write themselves. */
  const answer = (server: Server, sql: string): object => {
    const { inRecovery, promotionOrdered } = server.data;
    if (sql.includes('pg_promote')) servers.orderPromotion(server);
    if (sql.includes('pg_stat_file')) return { follows: inRecovery && !promotionOrdered };
    return sql.includes('pg_is_in_recovery') ? { recovering: inRecovery } : {};
  };

  return {
    serverOf,
    keepOut: (user, names) => void keptOut.set(user, names),
    databaseOf: (connection) => databases.get(connection)!,
    async connect({ peer, port = 5432, database = 'postgres', user, password }) {
      const passed: Passed[] = [];
      const server = destination(await reached(peer, user), port, passed);
      if (keptOut.get(user)?.includes(server.name)) throw noEntry(server.name, user);
      const stored = server.data.passwords.get(user) ?? '';
      if (stored !== password && !matchesVerifier(password, stored)) {
        throw notLetIn(`Cannot connect to ${server.name}`, user, '28P01');
      }
      if (!server.data.databases.has(database)) {
        throw new PgrowError('not_ready', `Cannot connect to ${server.name}: there is no database ${database}.`);
      }
      for (const hop of passed) poolers.learn(hop.machine, hop.port, { database, user, password });
      const connection: PostgresConnection = {
        query: <T>(sql: string) => outside.call('PostgreSQL', async () => [answer(serverOf(connection), sql)] as T[]),
        end: async () => {},
      };
      behind.set(connection, server);
      databases.set(connection, database);
      return connection;
    },
  };
};

const ownRoles: readonly string[] = [roles.own, roles.reader, roles.probe];

const refused = ({ name }: Machine, port: number, why: string): PgrowError =>
  new PgrowError('no_answer', `Cannot connect to ${name}:${port}: ${why}.`);

const noEntry = (server: string, user: string): PgrowError => {
  const said = `no pg_hba.conf entry for host "10.0.0.1", user "${user}"`;
  return new PgrowError('not_ready', `Cannot connect to ${server}: ${said}.`, {
    cause: Object.assign(new Error(said), { code: '28000' }),
  });
};

/** In the words and with the code of the server, or of the pooler before it. */
const notLetIn = (what: string, user: string, code: string): PgrowError => {
  const said = `password authentication failed for user "${user}"`;
  return new PgrowError('not_ready', `${what}: ${said}.`, { cause: Object.assign(new Error(said), { code }) });
};
