/**
 * From when on something is worth a line, and why. All hold over the whole of the last minutes, not for one measurement
 * (`trend.ts`).
 */
export const adviceLimits = {
  /** Connections from which on pooling pays: PostgreSQL keeps a process and some 5 MB for each, and most of them wait. */
  connections_for_pooling: 50,
  /** Of these the share that does nothing: a pool would be as full as the server if they worked. */
  idle_share: 0.6,
  /** Of max_connections: the rest is soon gone when an application is deployed beside its predecessor. */
  share_of_limit: 0.8,
  /** Sessions inside a transaction that do nothing: they hold locks, and VACUUM removes nothing that they may still see. */
  idle_in_transaction: 3,
  /** Of the time in which some client waits for a connection of a pool: a short peak is what a pool is for. */
  share_of_time_waiting: 0.5,
  /** Share of transactions that only read, from which on a replica takes most of the load off the primary. */
  read_only_share: 0.8,
  /** Transactions a second from which on a second server is worth its price: one server serves hundreds. */
  commits_for_replicas: 100,
  /** Share of reads on the replicas below which clients do not know of them. */
  reads_on_replicas: 0.05,
  /** Bytes by which a replica stays behind: four segments of WAL. A replica that keeps up is behind by less than one. */
  lag_bytes: 64 * 1024 ** 2,
  /** Share of blocks found in shared buffers, below which they are too small for what is read; PostgreSQL's manual expects 0.9. */
  cache_hits: 0.9,
  /** Transactions a second below which the cache is cold because little is asked. */
  commits_for_cache: 10,
  /** Copies of the data that have to fit: one for a new server, one for its snapshot. */
  copies: 2,
  /** Bytes that have to be free in any case: WAL of slots, logs, images. */
  disk_bytes: 5 * 1024 ** 3,
  /** Days after which a snapshot says little of the data: a week of writes would be lost with it. */
  snapshot_days: 7,
} as const;

/** Milliseconds that are looked at; at least so many of them must have been measured, up to the last moment. */
export const trendMs = 15 * 60_000;
export const leastTrendMs = 8 * 60_000;
export const newestMs = 90_000;
