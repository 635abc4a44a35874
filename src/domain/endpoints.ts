import { applicationName, type Database } from './database.ts';
import { ports } from './naming.ts';
import { nodesOf, type Topology } from './topology.ts';

/** Where clients connect: from the Docker host and from inside the database's network. */

export const endpointNames = ['postgres', 'pooled', 'pooled_read_only', 'read_write', 'read_only'] as const;
export type EndpointName = (typeof endpointNames)[number];

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Endpoints<T> = Readonly<Record<EndpointName, T | null>>;

export const hostAddress = '127.0.0.1';

/** The endpoints there are at this topology; null for those there are not. */
export const endpointsOf = ({ ports: published, topology }: Pick<Database, 'ports' | 'topology'>) => {
  const there = available(topology);
  const pick = (addressOf: (name: EndpointName) => Address): Endpoints<Address> =>
    Object.fromEntries(endpointNames.map((name) => [name, there[name] ? addressOf(name) : null])) as Endpoints<Address>;
  return {
    host: pick((name) => ({ host: hostAddress, port: published[name] })),
    network: pick((name) => networkAddresses[name]),
  };
};

/** The one that a client who writes should take. */
export const bestEndpoint = (topology: Topology): EndpointName => {
  const there = available(topology);
  if (there.pooled) return 'pooled';
  return there.read_write ? 'read_write' : 'postgres';
};

/** Connection strings as libpq reads them; without password where none may be shown. */
export const connectionStrings = (database: Database, password: string | null) => {
  const name = applicationName(database.name);
  const credentials = password === null ? name : `${name}:${encodeURIComponent(password)}`;
  const write = (addresses: Endpoints<Address>): Endpoints<string> =>
    Object.fromEntries(
      Object.entries(addresses).map(([endpoint, address]) => [
        endpoint,
        address && `postgresql://${credentials}@${addressText(address)}/${name}`,
      ]),
    ) as Endpoints<string>;
  const { host, network } = endpointsOf(database);
  return { best: bestEndpoint(database.topology), host: write(host), network: write(network) };
};

export const addressText = ({ host, port }: Address): string => `${host}:${port}`;

const networkAddresses: Readonly<Record<EndpointName, Address>> = {
  postgres: { host: 'postgres', port: ports.postgres },
  pooled: { host: 'pgbouncer', port: ports.pooled },
  pooled_read_only: { host: 'pgbouncer', port: ports.pooledReadOnly },
  read_write: { host: 'haproxy', port: ports.readWrite },
  read_only: { host: 'haproxy', port: ports.readOnly },
};

const available = (topology: Topology): Readonly<Record<EndpointName, boolean>> => {
  const pooled = nodesOf(topology, 'pgbouncer').length > 0;
  const routed = nodesOf(topology, 'haproxy').length > 0;
  const replicated = nodesOf(topology, 'postgres').length > 1;
  return {
    postgres: true,
    pooled,
    pooled_read_only: pooled && replicated,
    read_write: routed,
    read_only: routed && replicated,
  };
};
