import type { ChangeFacts, SettingContext } from '../../src/domain/change.ts';
import { postgresParameters } from '../../src/domain/server-parameters.ts';

const contexts: Readonly<Record<string, SettingContext>> = {
  max_connections: 'postmaster',
  max_wal_senders: 'postmaster',
  max_worker_processes: 'postmaster',
  max_prepared_transactions: 'postmaster',
  max_locks_per_transaction: 'postmaster',
  shared_buffers: 'postmaster',
  shared_preload_libraries: 'postmaster',
  effective_cache_size: 'user',
  maintenance_work_mem: 'user',
  work_mem: 'user',
  log_min_duration_statement: 'superuser',
};

/** What a server of the usual size says of itself before a change. */
export const changeFacts = (change: Partial<ChangeFacts> = {}): ChangeFacts => {
  const runs: Readonly<Record<string, string | number>> = { work_mem: '4MB', ...postgresParameters(1024 ** 3) };
  return {
    settings: Object.fromEntries(
      Object.entries(contexts).map(([name, context]) => [name, { context, value: String(runs[name] ?? '') }]),
    ),
    refused: {},
    by_alter_system: {},
    extensions: {
      pg_trgm: { version: '1.6', installed: null },
      pg_stat_statements: { version: '1.11', installed: null },
    },
    older_images: {},
    ...change,
  };
};
