import type { Insertable } from 'kysely';
import { nodesOf, type Topology } from '../domain/topology.ts';
import { nodeServiceId } from './service-id.ts';
import type { ClusterStateTable } from './tables.ts';

/** The columns of `postgres_cluster_state`, taken from a topology. */
export const clusterState = (serviceId: string, topology: Topology): Insertable<ClusterStateTable> => {
  const idOf = (node: { name: string } | undefined): string | null =>
    node ? nodeServiceId(serviceId, node.name) : null;
  const idsOf = (nodes: readonly { name: string }[]): string[] =>
    nodes.map(({ name }) => nodeServiceId(serviceId, name));
  const patroni = nodesOf(topology, 'postgres').filter(({ mode }) => mode === 'patroni');
  const { pooling, replicas, ha } = topology;
  return {
    service_id: serviceId,
    stage: topology.stage,
    pooling_enabled: pooling !== null,
    pgbouncer_service_id: idOf(nodesOf(topology, 'pgbouncer')[0]),
    pool_mode: pooling?.pool_mode ?? null,
    default_pool_size: pooling?.default_pool_size ?? null,
    max_client_connections: pooling?.max_client_connections ?? null,
    replica_count: ha ? Math.max(0, patroni.length - 1) : (replicas?.count ?? 0),
    replication_mode: replicas?.replication_mode ?? (ha ? (ha.sync_mode === 'async' ? 'async' : 'sync') : null),
    haproxy_service_id: idOf(nodesOf(topology, 'haproxy')[0]),
    haproxy_replicas: nodesOf(topology, 'haproxy').length,
    ha_enabled: ha !== null,
    etcd_service_ids: idsOf(nodesOf(topology, 'etcd')),
    patroni_service_ids: idsOf(patroni),
    patroni_cluster_name: ha?.scope ?? null,
    current_leader_id: nodeServiceId(serviceId, topology.primary),
    patroni_ttl_seconds: ha?.failover_time ?? null,
    maximum_lag_on_failover: ha && ha.maximum_lag_on_failover !== 'unlimited' ? ha.maximum_lag_on_failover : null,
    topology: JSON.stringify(topology),
  };
};
