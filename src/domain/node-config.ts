import type { HaOptions, LoadBalancing } from './options.ts';
import type { HostPorts, Node, Pooling } from './topology.ts';

/** What a node is configured as, without secrets. The planner decides it; components turn it into configuration files. */
export type NodeConfig =
  | PrimaryConfig
  | ReplicaConfig
  | PatroniConfig
  | PoolerConfig
  | RouterConfig
  | FrontConfig
  | EtcdConfig;

interface NamesNodes {
  /**
   * Numbers of the addresses of nodes that it names, as the plan has them (`peer-hosts.ts`). Without one a node is looked
   * up by its name.
   */
  readonly addresses?: Readonly<Record<string, number>>;
}

export interface PrimaryConfig extends NamesNodes {
  readonly kind: 'postgres';
  readonly mode: 'primary';
  /** Replicas that must confirm a commit; empty for asynchronous replication. */
  readonly synchronous_standbys: readonly string[];
  /** Only where its data directory is yet to be made; `C.UTF-8` where none is named. */
  readonly locale?: string;
}

export interface ReplicaConfig extends NamesNodes {
  readonly kind: 'postgres';
  readonly mode: 'replica';
  /** Nodes to follow, whichever of them takes writes; more than one after a cut-over to Patroni. */
  readonly follow: readonly string[];
  readonly slot: string;
}

export interface PatroniConfig extends NamesNodes {
  readonly kind: 'postgres';
  readonly mode: 'patroni';
  readonly scope: string;
  readonly etcd: readonly string[];
  readonly ha: HaOptions;
  /** While set, the cluster is a standby cluster of this node. Read once, at bootstrap. */
  readonly standby_of: { readonly node: string; readonly slot: string } | null;
}

export interface PoolerConfig extends NamesNodes {
  readonly kind: 'pgbouncer';
  readonly options: Pooling;
  readonly read_write: Upstream;
  /** Null if there is nothing to read from but the primary. */
  readonly read_only: Upstream | null;
}

/** Where connections go: any of these nodes, all on this port. */
export interface Upstream {
  readonly nodes: readonly string[];
  readonly port: number;
}

/** HAProxy: both backends list all PostgreSQL nodes; the health checks decide who takes part in which. */
export interface RouterConfig extends NamesNodes {
  readonly kind: 'haproxy';
  readonly servers: readonly string[];
  readonly load_balancing: LoadBalancing;
}

/** The front: each of its ports leads to an upstream. */
export interface FrontConfig extends NamesNodes {
  readonly kind: 'front';
  readonly routes: Readonly<Record<Exclude<keyof HostPorts, 'any_node'>, Upstream | null>> & {
    /** Absent from what was recorded before there was one. */
    readonly any_node?: Upstream;
  };
}

export interface EtcdConfig extends NamesNodes {
  readonly kind: 'etcd';
  readonly members: readonly string[];
  readonly token: string;
  /** It joins members that have a quorum, instead of forming one with them. Default false. */
  readonly joins?: boolean;
}

/** A router together with the servers that it is configured with. */
export interface ConfiguredRouter {
  readonly node: Node;
  readonly config: RouterConfig;
}

/** A node together with its configuration. */
export interface ConfiguredNode {
  readonly node: Node;
  readonly config: NodeConfig;
}
