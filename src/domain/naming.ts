import type { Database } from './database.ts';
import type { Node, NodeKind } from './topology.ts';

/** Every name on the Docker engine, in DNS and inside PostgreSQL. Nothing outside this file makes one up. */

type Named = Pick<Database, 'id' | 'name' | 'home'>;
/** Which operation it names, and how far that has come. */
type Mark = { readonly operation: string; readonly state: string };

/** Unique on the engine, also across control planes and after a destroy: `pgrow-1a2b3c4d-shop-9f8e7d6c`. */
const stem = ({ home, name, id }: Named): string => `pgrow-${home}-${name}-${id.slice(0, 8)}`;

/** Of the control network, in which all nodes are: servers, etcd and what leads to them. */
export const networkName = (database: Named): string => stem(database);
/** Of the network in which only those are that serve applications. */
export const clientsNetworkName = (database: Named): string => `${stem(database)}-clients`;
/** Of the network that applications join: the only one of a database that was made before there were two. */
export const joinedNetworkName = (database: Named & Pick<Database, 'network'>): string =>
  database.network?.clients_subnet === undefined ? networkName(database) : clientsNetworkName(database);
export const containerName = (database: Named, node: string): string => `${stem(database)}-${node}`;
export const volumeName = (database: Named, node: string): string => `${stem(database)}-${node}`;
/** Of the empty volume that says which operation of a database was the last one, and how far it has come. */
export const markName = (database: Named, { operation, state }: Mark): string =>
  `${markStem(database)}${operation.slice(0, 8)}-${state.replaceAll('_', '-')}`;
const markStem = (database: Named): string => `${stem(database)}-mark-`;
/** Whether a volume is a mark of this database. */
export const isMarkOf = (database: Named, volume: string): boolean => volume.startsWith(markStem(database));
export const isMarkOfOperation = (database: Named, operation: string, volume: string): boolean =>
  volume.startsWith(`${markStem(database)}${operation.slice(0, 8)}-`);
export const snapshotVolumeName = (database: Named, snapshot: string): string => `${stem(database)}-${snapshot}`;
/** Of the container that reads a snapshot through. */
export const verificationName = (snapshotVolume: string): string => `${snapshotVolume}-verify`;
/** Of the container that fills a node's volume. */
export const restorationName = ({ container }: Pick<Node, 'container'>): string => `${container}-restore`;
/** Of the container in which a server like a node's is started to see whether it starts. */
export const trialName = ({ container }: Pick<Node, 'container'>): string => `${container}-try`;
export const patroniScope = (database: Named, attempt: string): string => `${database.name}-${attempt}`;

/** `postgres_2` for `postgres-2`: slot names take no hyphens. */
export const slotName = (node: string): string => node.replaceAll('-', '_');

/** Of a node that follows by itself, out of a cluster that is still led: the leader would drop the name it knows. */
export const plainSlotName = (node: string): string => `plain_${slotName(node)}`;

/** Whether a slot is of a node of ours, whether made by pgrow or by Patroni. */
export const isOwnSlot = (slot: string): boolean => /^(plain_)?postgres_\d+$/.test(slot);

/** Names under which a node answers in its networks besides its own. `postgres` is the front's for life. */
export const networkAliases = (node: Pick<Node, 'name' | 'kind'>): readonly string[] => {
  const shared: Record<NodeKind, readonly string[]> = {
    front: ['postgres'],
    postgres: [],
    pgbouncer: ['pgbouncer'],
    haproxy: ['haproxy'],
    etcd: [],
  };
  return [node.name, ...shared[node.kind]];
};

export const labelNames = {
  home: 'pgrow.home',
  database: 'pgrow.database',
  databaseName: 'pgrow.database-name',
  operation: 'pgrow.operation',
  node: 'pgrow.node',
  kind: 'pgrow.kind',
  /** Of a mark only. Another than `operation`, by which everything is removed that an operation has made. */
  markedOperation: 'pgrow.marked-operation',
  markedState: 'pgrow.marked-state',
} as const;

export const databaseLabels = ({ home, id, name }: Named): Record<string, string> => ({
  [labelNames.home]: home,
  [labelNames.database]: id,
  [labelNames.databaseName]: name,
});

export const nodeLabels = (
  database: Named,
  node: Pick<Node, 'name' | 'kind'>,
  operation: string,
): Record<string, string> => ({ ...lastingLabels(database, node), [labelNames.operation]: operation });

/** Those that say what a node is, whichever operation made it. */
export const lastingLabels = (database: Named, node: Pick<Node, 'name' | 'kind'>): Record<string, string> => ({
  ...databaseLabels(database),
  [labelNames.node]: node.name,
  [labelNames.kind]: node.kind,
});

const markKind = 'mark';

const unnamedKind = 'unnamed';

/** Of a volume without a name, from those of its container: it goes with that, unless the container is removed without it. */
export const unnamedLabels = (container: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(
    [labelNames.home, labelNames.database].flatMap((name) => {
      const value = container[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  [labelNames.kind]: unnamedKind,
});

/** Whether these are the labels of a volume without a name. */
export const isUnnamed = (labels: Readonly<Record<string, string>>): boolean => labels[labelNames.kind] === unnamedKind;

/** By which all marks of a control plane are found, or those of one of its databases. */
export const marksOf = (home: string, serviceId?: string): Record<string, string> => ({
  [labelNames.home]: home,
  ...(serviceId === undefined ? {} : { [labelNames.database]: serviceId }),
  [labelNames.kind]: markKind,
});

export const markLabels = (database: Named, { operation, state }: Mark): Record<string, string> => ({
  ...databaseLabels(database),
  ...marksOf(database.home, database.id),
  [labelNames.markedOperation]: operation,
  [labelNames.markedState]: state,
});

/** Temporal workflow IDs. */
export const operationWorkflowId = (serviceId: string): string => `pgrow/${serviceId}`;
export const verificationWorkflowId = (serviceId: string, snapshot: string): string =>
  `pgrow/${serviceId}/verification/${snapshot}`;
export const checkpointWorkflowId = (serviceId: string): string => `pgrow/${serviceId}/checkpoint`;
/** One for each time that a message is sent: a second start of the same finds the first. */
export const deliveryWorkflowId = (delivery: string, round: number): string =>
  `pgrow/notification/${delivery}/${round}`;
/** Of a control plane that is given none of its own. */
export const defaultTaskQueue = 'pgrow';
/** By which workflows of other namespaces reach a control plane: letters, digits and hyphens, one name in a whole Temporal. */
export const nexusEndpointOf = (queue: string): string => {
  const name = queue.replaceAll(/[^a-zA-Z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  return /^[a-zA-Z].*[a-zA-Z0-9]$/.test(name) ? name : `${defaultNexusEndpoint}-${name}`;
};
export const defaultNexusEndpoint = 'pgrow';
/** Of the worker of a control plane, whose versions Temporal tells apart by their builds. */
/** Of several monitors of a home the one that holds it acts. */
export const monitorLeaseName = (home: string): string => `monitor of ${home}`;

export const deploymentNameOf = (home: string): string => `pgrow-${home}`;
/** Of what runs for as long as a window is open: it must not take the places of steps. */
export const watchQueueOf = (queue: string): string => `${queue}-watch`;
/** Of the workflow that holds a task queue for one control plane. */
export const queueHolderWorkflowId = (queue: string): string => `pgrow/queue/${queue}`;

/** Ports inside a database's networks. */
export const ports = {
  postgres: 5432,
  health: 8008,
  pooled: 5432,
  pooledReadOnly: 5433,
  readWrite: 5432,
  readOnly: 5433,
  anyNode: 5434,
  stats: 8404,
  /** HAProxy's runtime API, in the control network and open only to the worker's address. */
  runtime: 9999,
  etcdClient: 2379,
  etcdPeer: 2380,
  /** Of an etcd that speaks TLS: on its own loopback, for the container's health check. */
  etcdHealth: 2382,
} as const;

/** Ports of the front, each published on a loopback port of the host. */
export const frontPorts = {
  postgres: 5432,
  pooled: 6432,
  pooled_read_only: 6433,
  read_write: 5442,
  read_only: 5443,
  any_node: 5444,
  stats: 8404,
} as const;

/** Roles inside PostgreSQL that pgrow makes; `superuser` is there for administrators, and pgrow does not log in as it. */
export const roles = {
  superuser: 'postgres',
  /** pgrow's own superuser. */
  own: 'pgrow',
  replication: 'replicator',
  rewind: 'rewind',
  pooler: 'pgbouncer',
  /** Reads every table, and can do nothing else. */
  reader: 'pgrow_reader',
  /** Writes probes through the routes of clients. */
  probe: 'pgrow_probe',
} as const;
