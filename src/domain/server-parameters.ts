import type { Settings } from './settings.ts';

const mebibyte = 1024 * 1024;
const between = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, Math.floor(value)));

/** What follows from a server's memory: a quarter is its own cache, three quarters are what a query may count on being cached. */
export const fromMemory = (memoryBytes: number) => {
  const mebibytes = memoryBytes / mebibyte;
  return {
    // Each may need some 5 MB beside the cache. Beyond 500 a pooler serves better.
    max_connections: between(100, mebibytes / 5.12, 500),
    shared_buffers: `${Math.floor(mebibytes / 4)}MB`,
    effective_cache_size: `${Math.floor((mebibytes * 3) / 4)}MB`,
    maintenance_work_mem: `${between(32, mebibytes / 16, 2048)}MB`,
  };
};

/** Settings in which all nodes of a database agree, whether pgrow or Patroni starts PostgreSQL (PostgreSQL manual, chapter 19). */
export const postgresParameters = (memoryBytes: number): Readonly<Record<string, string | number>> => ({
  ...fromMemory(memoryBytes),
  max_wal_senders: 20,
  max_replication_slots: 20,
  max_worker_processes: 8,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
  wal_level: 'replica',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  wal_log_hints: 'on',
  // Before recovery: one flush of the disk instead of one for each of a thousand files that a base backup has flushed.
  recovery_init_sync_method: 'syncfs',
  wal_keep_size: '128MB',
  // A replica that never comes back must not fill the primary's disk.
  max_slot_wal_keep_size: '10GB',
  wal_retrieve_retry_interval: '200ms',
  wal_receiver_timeout: '10s',
  wal_sender_timeout: '10s',
  password_encryption: 'scram-sha-256',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
});

/** What a server of this size runs with: our choice, `kept` in its place, and what an operator chose in place of both. */
export const parametersOf = (memoryBytes: number, kept: Settings, chosen: Settings): Settings => ({
  ...Object.fromEntries(Object.entries(postgresParameters(memoryBytes)).map(([name, value]) => [name, String(value)])),
  ...kept,
  ...chosen,
});
