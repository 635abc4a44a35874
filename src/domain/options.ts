import { z } from 'zod';

const count = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum);

/** Connections to a server. */
export const largestPool = 1000;

export const poolModes = ['session', 'transaction', 'statement'] as const;
export const poolingOptions = z
  .strictObject({
    pool_mode: z.enum(poolModes).default('transaction'),
    default_pool_size: count(1, largestPool).default(20),
    max_client_connections: count(1, 10_000).default(100),
    reserve_pool_size: count(0, 1000).default(5),
  })
  .refine((options) => options.max_client_connections >= options.default_pool_size, {
    path: ['max_client_connections'],
    error: 'must not be below default_pool_size',
  });
export type PoolingOptions = z.infer<typeof poolingOptions>;

const replicaCount = count(1, 5);
export const replicationModes = ['async', 'sync'] as const;
const replicationMode = z.enum(replicationModes);
export const loadBalancings = ['round_robin', 'least_connections'] as const;
const loadBalancing = z.enum(loadBalancings);
export type LoadBalancing = z.infer<typeof loadBalancing>;

export const replicaOptions = z.strictObject({
  count: replicaCount.default(1),
  replication_mode: replicationMode.default('async'),
  load_balancing: loadBalancing.default('round_robin'),
  enable_haproxy: z.boolean().default(true),
});
export type ReplicaOptions = z.infer<typeof replicaOptions>;

/** Only what is asked for: what is left out may already be decided by what the database is. */
export const replicaWishes = z.strictObject({
  count: replicaCount.optional(),
  replication_mode: replicationMode.optional(),
  load_balancing: loadBalancing.optional(),
  enable_haproxy: z.boolean().optional(),
});
export type ReplicaWishes = z.infer<typeof replicaWishes>;

/** How many replicas there may be, by stage. */
export const replicaCounts = { 2: { least: 1, most: 5 }, 3: { least: 2, most: 6 } } as const;

export const failoverTimes = [10, 30, 60] as const;
export const maximumLags = [0, 1_048_576, 10_485_760, 'unlimited'] as const;
export const syncModes = ['async', 'sync_one', 'sync_all'] as const;
const failoverTime = z.literal([...failoverTimes]);

export const haOptions = z
  .strictObject({
    /** Seconds. `patroni_ttl_seconds` is the same under another name. */
    failover_time: failoverTime.optional(),
    patroni_ttl_seconds: failoverTime.optional(),
    sync_mode: z.enum(syncModes).default('async'),
    auto_failback: z.boolean().default(false),
    /** Bytes. */
    maximum_lag_on_failover: z.literal([...maximumLags]).default(1_048_576),
  })
  .refine((options) => options.maximum_lag_on_failover !== 0 || options.sync_mode !== 'async', {
    path: ['maximum_lag_on_failover'],
    error: '0 needs sync_mode sync_one or sync_all',
  })
  .refine(({ failover_time: a, patroni_ttl_seconds: b }) => a === undefined || b === undefined || a === b, {
    path: ['patroni_ttl_seconds'],
    error: 'must equal failover_time when both are given',
  })
  .transform(({ failover_time, patroni_ttl_seconds, ...rest }) => ({
    failover_time: failover_time ?? patroni_ttl_seconds ?? 30,
    ...rest,
  }));
export type HaOptions = z.infer<typeof haOptions>;

export const cutoverModes = ['automatic', 'on_signal'] as const;

/** What every operation that leaves a checkpoint takes. */
export const operationOptions = z.strictObject({
  /** Seconds. How long the rollback stays possible after, and the patience of every step unless that is given. */
  checkpoint_timeout: count(60, 86_400).default(1800),
  /** Seconds without progress after which a step gives up. */
  patience: count(60, 86_400).optional(),
  cutover: z.enum(cutoverModes).default('automatic'),
  /** Seconds a prepared cut-over waits for its signal before it is rolled back. */
  cutover_deadline: count(60, 7 * 86_400).default(86_400),
});
export type OperationOptions = z.infer<typeof operationOptions>;

/** Seconds without progress after which a step gives up. */
export const patienceOf = ({ patience, checkpoint_timeout }: OperationOptions): number =>
  patience ?? checkpoint_timeout;
