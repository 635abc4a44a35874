import type { Database } from './database.ts';
import type { ConnectionFacts, Facts } from './facts.ts';
import { invalidInput } from './input-problems.ts';
import type { PoolingOptions } from './options.ts';
import type { Pooling } from './topology.ts';

/**
 * How many of a server's connections the poolers may take. PgBouncer has a pool for each role and database, and none of
 * them knows of the others: together they would outgrow `max_connections`, and some clients would be refused for it.
 */
export interface PoolBound {
  /** For each port of a pooler, over all databases. */
  readonly each: number;
  /** The part of that for each database: PgBouncer's `max_db_connections`. */
  readonly per_database: number;
  /** The arithmetic, for people. */
  readonly text: string;
}

/** pgrow's at one time: monitor, health checks, Patroni, an operation, and PgBouncer's look-ups of passwords. */
const ownConnections = 20;

/** PgBouncer's two, read-write and read-only: without a replica that answers, both lead to the one server. */
const portsOfPooler = 2;

export const poolBound = ({
  max_connections,
  superuser_reserved_connections,
  reserved_connections,
  databases,
}: ConnectionFacts): PoolBound => {
  const reserved = superuser_reserved_connections + reserved_connections;
  const left = max_connections - reserved - ownConnections;
  const each = Math.max(1, Math.floor(left / portsOfPooler));
  const per_database = Math.max(1, Math.floor(each / databases));
  const shared = databases === 1 ? '' : `, ${per_database} for each of ${databases} databases`;
  const text =
    `max_connections ${max_connections} - ${reserved} reserved - ${ownConnections} for pgrow = ${left}, ` +
    `${each} for each port of PgBouncer${shared}`;
  return { each, per_database, text };
};

/** Connections that applications have at the least where no pooler shares few among many. */
const leastForClients = 10;

/** The least of `max_connections` with which every pool can be filled and pgrow can log in, and the arithmetic for people. */
export const leastMaxConnections = (
  { superuser_reserved_connections, reserved_connections, databases }: ConnectionFacts,
  pooling: Pick<PoolingOptions, 'default_pool_size' | 'reserve_pool_size'> | null,
): { readonly least: number; readonly text: string } => {
  const reserved = superuser_reserved_connections + reserved_connections;
  const pool = pooling ? pooling.default_pool_size + pooling.reserve_pool_size : 0;
  const clients = pooling ? portsOfPooler * databases * pool : leastForClients;
  const pools = databases === 1 ? `a pool of ${pool}` : `pools of ${pool} for each of ${databases} databases`;
  const text =
    `${reserved} reserved + ${ownConnections} for pgrow + ${clients} for ` +
    (pooling ? `${pools} at each port of PgBouncer` : 'clients');
  return { least: reserved + ownConnections + clients, text };
};

/** @throws PgrowError `invalid_input` for a `max_connections` that leaves too few for pools, pgrow and PostgreSQL */
export const refuseTooFew = (
  max_connections: string | undefined,
  facts: Facts | null | undefined,
  pooling: Pooling | null,
): void => {
  if (!facts?.connections || max_connections === undefined) return;
  const { least, text } = leastMaxConnections(facts.connections, pooling);
  if (Number(max_connections) >= least) return;
  throw invalidInput('The change', [
    { path: 'settings.max_connections', value: max_connections, allowed: `at least ${least} (${text})` },
  ]);
};

/** What is recorded of pooling that is asked for now. */
export interface BoundedPooling {
  readonly pooling: Pooling;
  readonly warnings: readonly string[];
}

/** @throws PgrowError `invalid_input` for a pool that could never be filled */
export const refuseOutgrown = ({ default_pool_size, reserve_pool_size }: PoolingOptions, facts: Facts | null): void => {
  if (!facts?.connections) return;
  const { each, text } = poolBound(facts.connections);
  if (default_pool_size + reserve_pool_size <= each) return;
  const value = `${default_pool_size}, with reserve_pool_size ${reserve_pool_size}`;
  throw invalidInput('Pooling', [{ path: 'default_pool_size', value, allowed: `together at most ${each} (${text})` }]);
};

/** The options asked for, with their bound. `before`: the bound so far, for where the server does not say. */
export const boundPooling = (options: PoolingOptions, facts: Facts | null, before?: number): BoundedPooling => {
  const connections = facts?.connections;
  if (!connections)
    return { pooling: { ...options, ...(before !== undefined && { server_connections: before }) }, warnings: [] };
  const { per_database, text } = poolBound(connections);
  const wanted = options.default_pool_size + options.reserve_pool_size;
  const unfilled = wanted > per_database ? ` A pool of ${wanted} is then never filled.` : '';
  return {
    pooling: { ...options, server_connections: per_database },
    warnings: [
      `PgBouncer opens at most ${per_database} connections to each database (${text}); clients beyond that wait for one.${unfilled}`,
    ],
  };
};

/** A database whose pooling was recorded before there was a bound gets one with its next operation. */
export const withBound = (database: Database, facts: Facts | null): Database => {
  const { topology } = database;
  const { pooling } = topology;
  if (!pooling || pooling.server_connections !== undefined || !facts?.connections) return database;
  const { per_database: server_connections } = poolBound(facts.connections);
  return { ...database, topology: { ...topology, pooling: { ...pooling, server_connections } } };
};
