import type { HaOptions, LoadBalancing, PoolingOptions, ReplicaOptions } from './options.ts';
import type { ServerSize } from './server-size.ts';
import type { Settings } from './settings.ts';
import type { Stage } from './stage.ts';
import type { Encryption } from './tls.ts';

export const nodeKinds = ['front', 'postgres', 'pgbouncer', 'haproxy', 'etcd'] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** How a PostgreSQL node is run: by itself as the primary, by itself as a replica, or by Patroni. */
export const postgresModes = ['primary', 'replica', 'patroni'] as const;
export type PostgresMode = (typeof postgresModes)[number];

/** One container that we own. Everything about it that does not come from the database's record. */
export interface Node {
  /** Unique within the database and its DNS name in the private networks: `postgres-1`. */
  readonly name: string;
  readonly kind: NodeKind;
  /** Where its container runs; absent on the one host there is (`hosts.ts`). */
  readonly host?: string;
  /**
   * Of its address in each of the database's subnets: 5 in 10.48.4.0/22 is 10.48.4.5 (`addresses.ts`). It belongs to the node as its
   * name does: a container that is rebuilt in its place keeps it, because the configuration of others says it. Absent
   * from what was recorded before nodes had one: the engine chooses.
   */
  readonly address_number?: number;
  /** Name of the container on the Docker engine. */
  readonly container: string;
  /** Name of its volume; null for nodes without data. */
  readonly volume: string | null;
  /** Only for kind `postgres`. */
  readonly mode?: PostgresMode;
  /** Only for kind `postgres`; absent from nodes made before there was a choice, which have the usual size. */
  readonly size?: ServerSize;
  /** Only for kind `postgres`: settings that an operator chose, in place of ours. */
  readonly chosen_settings?: Settings;
  /**
   * Only for kind `postgres`, and only while it keeps an image that nodes are not made from any longer: the reference of that
   * image.
   */
  readonly image?: string;
  /** Only for kind `haproxy`: it has been given a configuration with the any-node endpoint. */
  readonly serves_any_node?: true;
  /** It has a certificate, and speaks TLS; absent of one that speaks plain text. */
  readonly tls?: Encryption;
  /** Only for PostgreSQL nodes that clone: the server they follow, and the replication slot. */
  readonly source?: { readonly node: string; readonly slot: string };
}

/** What it takes to find a node, and to speak with it. */
export type NodeRef = Pick<Node, 'name' | 'container' | 'tls'>;

/** What a database consists of between two operations. */
export interface Topology {
  readonly stage: Stage;
  readonly nodes: readonly Node[];
  /** Nodes of the previous stage that follow the present one until the checkpoint closes, so that a rollback loses nothing. */
  readonly kept: readonly Node[];
  /** Name of the node that takes writes; at stage 3 the one known last, Patroni has the last word. */
  readonly primary: string;
  readonly pooling: Pooling | null;
  readonly replicas: ReplicaOptions | null;
  readonly ha: (HaOptions & PatroniScope & Routing) | null;
  /** How new nodes are made; absent of a database that speaks plain text. */
  readonly tls?: Encryption;
  /**
   * Stopped on purpose: none of its nodes runs, and none is to be started, repaired or failed over by itself. Recorded before
   * the first node stops, and removed after the last one runs again.
   */
  readonly stopped?: true;
}

/** How connections are pooled: what was asked for, and what the server has room for. */
export type Pooling = PoolingOptions & {
  /** To one database, at most, by each port of a pooler. Absent from what was recorded before it was kept. */
  readonly server_connections?: number;
};

/** What identifies one attempt at a Patroni cluster. Never reused: bootstrap settings are read once per scope. */
export interface PatroniScope {
  readonly scope: string;
  readonly etcd_token: string;
}

/** What stays of the replicas' options at stage 3, and is theirs again on the way down. */
export interface Routing {
  /** Absent from what was recorded before it was kept: `round_robin`. */
  readonly load_balancing?: LoadBalancing;
}

/** Loopback ports of the Docker host. They belong to the database for life and all lead through its front. */
export interface HostPorts {
  /** `postgres:5432`, the address every client starts with. */
  readonly postgres: number;
  readonly pooled: number;
  readonly pooled_read_only: number;
  readonly read_write: number;
  readonly read_only: number;
  readonly stats: number;
  /** Absent from databases that were made before there was one: their front would have to be made again for it. */
  readonly any_node?: number;
}

export const nodesOf = (topology: Topology, kind: NodeKind): readonly Node[] =>
  topology.nodes.filter((node) => node.kind === kind);

export const nodeNamed = (topology: Topology, name: string): Node => {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`topology has no node ${name}; it has ${topology.nodes.map((n) => n.name).join(', ')}`);
  return node;
};
