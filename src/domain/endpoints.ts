import { applicationName, type Database } from './database.ts';
import { frontPorts, joinedNetworkName, ports } from './naming.ts';
import type { FrontConfig, Upstream } from './node-config.ts';
import type { StepRecord } from './operation.ts';
import type { Plan } from './plan.ts';
import { frontConfig } from './routes.ts';
import { tlsModeOf } from './tls.ts';
import { nodesOf, type Topology } from './topology.ts';

/**
 * Where clients connect: from the Docker host and from the network that they join. An endpoint exists if the front leads to it:
 * the front gets a new route once it works, and another before it is removed.
 */

export const endpointNames = ['postgres', 'pooled', 'pooled_read_only', 'read_write', 'read_only', 'any_node'] as const;
export type EndpointName = (typeof endpointNames)[number];

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Endpoints<T> = Readonly<Record<EndpointName, T | null>>;

export const hostAddress = '127.0.0.1';

/** Where each port of the front leads. */
type Routes = FrontConfig['routes'];

/** The last routes that a running operation has given to the front; null for none yet, or none any longer. */
export const routesOnTheWay = (
  plan: Pick<Plan, 'steps'>,
  steps: readonly Pick<StepRecord, 'status'>[],
): Routes | null =>
  plan.steps.reduce<Routes | null>((given, { run }, index) => {
    const isDone = run.action === 'configureNode' && steps[index]?.status === 'done';
    return isDone && run.input.config.kind === 'front' ? run.input.config.routes : given;
  }, null);

/**
 * The endpoints there are; null for those there are not. Routers that were configured before there was an any-node endpoint
 * have it with their next configuration.
 */
export const endpointsOf = (
  { ports: published, topology }: Pick<Database, 'ports' | 'topology'>,
  routes: Routes = frontConfig(topology).routes,
) => {
  const there = available(routes);
  const inNetwork = networkAddresses(routes);
  const isServed = isRouted(routes)
    ? nodesOf(topology, 'haproxy').every(({ serves_any_node }) => serves_any_node)
    : published.any_node !== undefined;
  const pick = (addressOf: (name: EndpointName) => Address | null): Endpoints<Address> =>
    Object.fromEntries(
      endpointNames.map((name) => [name, there[name] && (name !== 'any_node' || isServed) ? addressOf(name) : null]),
    ) as Endpoints<Address>;
  return {
    host: pick((name) => {
      const port = published[name];
      return port === undefined ? null : { host: hostAddress, port };
    }),
    network: pick((name) => inNetwork[name]),
  };
};

/** Which endpoints there are at a topology. */
export const endpointsAt = (topology: Topology): Readonly<Record<EndpointName, boolean>> =>
  available(frontConfig(topology).routes);

/** The endpoint that a writing client should use. */
const bestEndpoint = (routes: Routes): EndpointName => {
  const there = available(routes);
  if (there.pooled) return 'pooled';
  return there.read_write ? 'read_write' : 'postgres';
};

/** Connection strings as libpq reads them; without password where none may be shown. */
export const connectionStrings = (
  database: Database,
  password: string | null,
  routes: Routes = frontConfig(database.topology).routes,
) => {
  const name = applicationName(database.name);
  const { tls } = database.topology;
  const parameters = tls === 'require' ? verification : '';
  const credentials = password === null ? name : `${name}:${encodeURIComponent(password)}`;
  const write = (addresses: Endpoints<Address>): Endpoints<string> =>
    Object.fromEntries(
      Object.entries(addresses).map(([endpoint, address]) => [
        endpoint,
        address && `postgresql://${credentials}@${addressText(address)}/${name}${parameters}`,
      ]),
    ) as Endpoints<string>;
  const { host, network } = endpointsOf(database, routes);
  return {
    best: bestEndpoint(routes),
    host: write(host),
    network: write(network),
    tls: tlsModeOf(database.topology),
    clients_network: joinedNetworkName(database),
  };
};

/** As every driver reads it: another mode than this one means something else to some of them. */
export const verification = '?sslmode=verify-full&sslrootcert=ca.pem';

export const addressText = ({ host, port }: Address): string => `${host}:${port}`;

/** Without HAProxy the front itself leads readers to the replicas. */
const networkAddresses = (routes: Routes): Readonly<Record<EndpointName, Address>> => ({
  postgres: { host: 'postgres', port: ports.postgres },
  pooled: { host: 'pgbouncer', port: ports.pooled },
  pooled_read_only: { host: 'pgbouncer', port: ports.pooledReadOnly },
  read_write: { host: 'haproxy', port: ports.readWrite },
  read_only: isRouted(routes)
    ? { host: 'haproxy', port: ports.readOnly }
    : { host: 'postgres', port: frontPorts.read_only },
  any_node: isRouted(routes)
    ? { host: 'haproxy', port: ports.anyNode }
    : { host: 'postgres', port: frontPorts.any_node },
});

/** Where there is no pooler its ports lead where those without it do, and without replicas readers go where writers go. */
const available = (routes: Routes): Readonly<Record<EndpointName, boolean>> => {
  const pooled = !isSame(routes.pooled, routes.read_write);
  const replicated = !isSame(routes.read_only, routes.read_write);
  return {
    postgres: true,
    pooled,
    pooled_read_only: pooled && replicated,
    read_write: isRouted(routes),
    read_only: replicated,
    any_node: replicated && routes.any_node !== undefined,
  };
};

/** Only HAProxy has statistics. */
const isRouted = ({ stats }: Routes): boolean => stats !== null;

const isSame = (one: Upstream | null, other: Upstream | null): boolean => JSON.stringify(one) === JSON.stringify(other);
