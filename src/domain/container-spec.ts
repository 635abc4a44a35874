import type { HealthCheck } from './container-description.ts';
import { addressOf } from './addresses.ts';
import { usualMajor, type Database, type PostgresMajor } from './database.ts';
import { clientsNetworkName, frontPorts, networkAliases, networkName } from './naming.ts';
import { usualSize, type ServerSize } from './server-size.ts';
import type { HostPorts, Node, NodeKind } from './topology.ts';

/** Resources of a node's container. CPU limits leave room, because a throttled router stalls its clients. */
export interface NodeResources {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly sharedMemoryBytes?: number;
}

const mebibytes = (count: number): number => count * 1024 * 1024;

/** HAProxy keeps the processes of before a reload, 7 MiB each, while they have connections: in three quarters, some fifty. */
const resources: Record<Exclude<NodeKind, 'postgres'>, NodeResources> = {
  front: { memoryBytes: mebibytes(512), cpus: 1 },
  pgbouncer: { memoryBytes: mebibytes(256), cpus: 1 },
  haproxy: { memoryBytes: mebibytes(512), cpus: 1 },
  etcd: { memoryBytes: mebibytes(512), cpus: 1 },
};

/** Every limit of a node, wherever one is needed: its container's, and what its programs are configured by. */
export const resourcesOf = (node: Pick<Node, 'kind' | 'size'>): NodeResources =>
  node.kind === 'postgres' ? serverResources(node) : resources[node.kind];

export const sizeOf = ({ size }: Pick<Node, 'size'>): ServerSize => size ?? usualSize;

/** Of a server, and of the containers that work on its data in its place: they copy, fill or verify it. */
export const serverResources = (of: Pick<Node, 'size'>): NodeResources => {
  const { memory_bytes, cpus } = sizeOf(of);
  // Queries that run in parallel share memory there.
  return { memoryBytes: memory_bytes, cpus, sharedMemoryBytes: memory_bytes / 4 };
};

const alive = {
  command: ['pgrow-alive'],
  intervalSeconds: 10,
  timeoutSeconds: 3,
  retries: 3,
  startPeriodSeconds: 0,
};

/** Health checks of nodes. A server may take long to recover. */
export const healthCheckOf = ({ kind }: Pick<Node, 'kind'>): HealthCheck =>
  kind === 'postgres' ? { ...alive, startPeriodSeconds: 60 } : alive;

/** Where a node's volume is mounted; null for nodes without data. */
export const dataPath: Record<NodeKind, string | null> = {
  front: null,
  postgres: '/var/lib/postgresql',
  pgbouncer: null,
  haproxy: null,
  etcd: '/var/lib/etcd',
};

/** In a server's volume (`images/postgres/pgrow/paths.py`): while it is there, PostgreSQL does not start on that volume. */
export const fencePath = `${dataPath.postgres}/fenced`;

/** `postgres` is that of the usual major, as it was when there was no other. */
export const imageKinds = ['postgres', 'postgres_15', 'postgres_18', 'pgbouncer', 'haproxy', 'etcd'] as const;
export type ImageKind = (typeof imageKinds)[number];

export const serverImage = (major: PostgresMajor): Extract<ImageKind, `postgres${string}`> =>
  major === usualMajor ? 'postgres' : `postgres_${major}`;

/** The front is a small HAProxy. */
export const imageOf = (kind: NodeKind, major: PostgresMajor): ImageKind => {
  if (kind === 'postgres') return serverImage(major);
  return kind === 'front' ? 'haproxy' : kind;
};

/** Those that applications use. Servers and etcd are for these and for pgrow alone. */
export const servesClients: Readonly<Record<NodeKind, boolean>> = {
  front: true,
  postgres: false,
  pgbouncer: true,
  haproxy: true,
  etcd: false,
};

type Networked = Pick<Database, 'id' | 'name' | 'home' | 'network'>;

/** How a node's container takes part in its database's networks, from its beginning and after it was cut off. */
export const attachmentOf = (database: Networked, node: Node) => {
  const subnet = database.network?.clients_subnet;
  const aliases = networkAliases(node);
  const at = (network: string, address: string | null) => ({
    network,
    aliases,
    ...(address === null ? {} : { address }),
  });
  return {
    name: node.container,
    ...at(networkName(database), addressOf(database.network, node)),
    ...(subnet !== undefined && servesClients[node.kind]
      ? { alsoIn: [at(clientsNetworkName(database), addressOf({ subnet }, node))] }
      : {}),
  };
};

/**
 * What puts a container into one of its networks again by hand, the control network unless it is said: without its address, nodes
 * that are configured with it would not find it.
 */
export const connectCommand = (database: Networked, node: Node, to: string = networkName(database)): string => {
  const { alsoIn = [], ...main } = attachmentOf(database, node);
  const { network, aliases, address } = alsoIn.find((each) => each.network === to) ?? main;
  const options = [...(address ? [`--ip ${address}`] : []), ...aliases.map((alias) => `--alias ${alias}`)];
  return `docker network connect ${options.join(' ')} ${network} ${node.container}`;
};

/** Only the front has ports on the host: they belong to the database, whatever moves behind it. */
export const publishedPorts = (node: Node, ports: Database['ports']) =>
  node.kind === 'front'
    ? (Object.keys(frontPorts) as (keyof HostPorts)[]).flatMap((name) => {
        const host = ports[name];
        return host === undefined ? [] : [{ container: frontPorts[name], host }];
      })
    : [];
