import type { HaOptions, PoolingOptions, ReplicaOptions } from './options.ts';
import type { Topology } from './topology.ts';

/** What a database has of the options that its stage takes, in the form in which they are asked for. */

export const presentPooling = ({ pooling }: Pick<Topology, 'pooling'>): PoolingOptions | null => {
  if (!pooling) return null;
  const { server_connections: _, ...options } = pooling;
  return options;
};

export const presentReplicas = ({ replicas, ha }: Pick<Topology, 'replicas' | 'ha'>): ReplicaOptions | null =>
  ha ? null : replicas;

export const presentHa = ({ ha }: Pick<Topology, 'ha'>): HaOptions | null => {
  if (!ha) return null;
  const { failover_time, sync_mode, auto_failback, maximum_lag_on_failover } = ha;
  return { failover_time, sync_mode, auto_failback, maximum_lag_on_failover };
};
