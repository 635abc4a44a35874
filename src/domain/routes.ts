import { ports } from './naming.ts';
import type { ConfiguredRouter, FrontConfig, PoolerConfig, RouterConfig, Upstream } from './node-config.ts';
import type { LoadBalancing } from './options.ts';
import { nodesOf, type Node, type Pooling, type Topology } from './topology.ts';

/** Where connections lead at a given topology: as the front, the pooler and the routers are configured. */

const upstream = (nodes: readonly Node[], port: number): Upstream => ({ nodes: nodes.map((node) => node.name), port });

const readWrite = (topology: Topology): Upstream => {
  const routers = nodesOf(topology, 'haproxy');
  return routers.length > 0 ? upstream(routers, ports.readWrite) : { nodes: [topology.primary], port: ports.postgres };
};

/** Null if nothing but the primary could answer. */
const readOnly = (topology: Topology): Upstream | null => {
  const routers = nodesOf(topology, 'haproxy');
  if (routers.length > 0) return upstream(routers, ports.readOnly);
  const replicas = nodesOf(topology, 'postgres').filter((node) => node.name !== topology.primary);
  return replicas.length > 0 ? upstream(replicas, ports.postgres) : null;
};

/** Every server that answers, the primary among them. */
const anyNode = (topology: Topology): Upstream => {
  const routers = nodesOf(topology, 'haproxy');
  return routers.length > 0
    ? upstream(routers, ports.anyNode)
    : upstream(nodesOf(topology, 'postgres'), ports.postgres);
};

/** Every port of the front leads somewhere useful at every stage, so that an address once handed out keeps working. */
export const frontConfig = (topology: Topology): FrontConfig => {
  const writes = readWrite(topology);
  const reads = readOnly(topology);
  const poolers = nodesOf(topology, 'pgbouncer');
  const routers = nodesOf(topology, 'haproxy');
  const pooledWrites = poolers.length > 0 ? upstream(poolers, ports.pooled) : writes;
  const pooledReads = poolers.length > 0 ? (reads ? upstream(poolers, ports.pooledReadOnly) : pooledWrites) : reads;
  return {
    kind: 'front',
    routes: {
      postgres: writes,
      pooled: pooledWrites,
      pooled_read_only: pooledReads ?? writes,
      read_write: writes,
      read_only: reads ?? writes,
      stats: routers.length > 0 ? upstream(routers, ports.stats) : null,
      any_node: anyNode(topology),
    },
  };
};

export const poolerConfig = (topology: Topology, options: Pooling): PoolerConfig => ({
  kind: 'pgbouncer',
  options,
  read_write: readWrite(topology),
  read_only: readOnly(topology),
});

/** Chosen with the replicas and kept at stage 3. */
export const loadBalancingOf = ({ replicas, ha }: Topology): LoadBalancing =>
  replicas?.load_balancing ?? ha?.load_balancing ?? 'round_robin';

export const routerConfig = (topology: Topology): RouterConfig => ({
  kind: 'haproxy',
  servers: nodesOf(topology, 'postgres').map((node) => node.name),
  load_balancing: loadBalancingOf(topology),
});

/** Routers as they are configured at a given topology. */
export const configuredRouters = (routers: readonly Node[], topology: Topology): readonly ConfiguredRouter[] =>
  routers.map((node) => ({ node, config: routerConfig(topology) }));
