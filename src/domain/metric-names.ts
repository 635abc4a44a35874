/** How the numbers within one step become one: where a peak matters, a mean would hide it. */
type Combined = 'mean' | 'most';

export const metricUnits = ['connections', 'clients', 'per_second', 'share', 'bytes', 'ms'] as const;
export type MetricUnit = (typeof metricUnits)[number];

interface Metric {
  readonly unit: MetricUnit;
  readonly combined: Combined;
  readonly says: string;
}

/** What is measured of a database, as the API names it. */
export const metrics = {
  connections: { unit: 'connections', combined: 'mean', says: 'To each server, of applications and poolers.' },
  connections_active: { unit: 'connections', combined: 'mean', says: 'Those that run a statement.' },
  connections_idle: { unit: 'connections', combined: 'mean', says: 'Those that wait for one.' },
  connections_idle_in_transaction: {
    unit: 'connections',
    combined: 'mean',
    says: 'Those that wait for one inside a transaction.',
  },
  connections_limit: { unit: 'connections', combined: 'mean', says: 'max_connections of each server.' },
  commits: { unit: 'per_second', combined: 'mean', says: 'Transactions of each server that committed.' },
  rollbacks: { unit: 'per_second', combined: 'mean', says: 'Transactions of each server that did not.' },
  reads_on_replicas: { unit: 'share', combined: 'mean', says: 'Of all transactions, those that replicas served.' },
  read_only: {
    unit: 'share',
    combined: 'mean',
    says: 'Of the transactions of the primary, at least this share wrote nothing.',
  },
  lag: { unit: 'bytes', combined: 'most', says: 'What each replica has not replayed yet.' },
  pool_active: {
    unit: 'clients',
    combined: 'mean',
    says: 'Clients of each PgBouncer that have a connection to a server.',
  },
  pool_waiting: { unit: 'clients', combined: 'most', says: 'Clients of each PgBouncer that wait for one.' },
  pool_servers: { unit: 'connections', combined: 'mean', says: 'Connections of each PgBouncer to servers.' },
  cache_hits: { unit: 'share', combined: 'mean', says: 'Of the blocks that were read, those in shared buffers.' },
  size: { unit: 'bytes', combined: 'most', says: "The application's database." },
  disk_free: { unit: 'bytes', combined: 'mean', says: 'Free where Docker keeps its volumes, for all databases.' },
  round_trip: { unit: 'ms', combined: 'mean', says: 'SELECT 1 to each server, from the monitor.' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as readonly MetricName[];

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(metrics, name);
export const metricNamed = (name: MetricName): Metric => metrics[name];

/** Of a key of a sample: `lag@postgres-2`, `size`. Null for what a later version may have measured. */
export const metricOf = (key: string): { readonly name: MetricName; readonly node: string | null } | null => {
  const [name = '', node = null] = key.split('@', 2);
  return isMetricName(name) ? { name, node } : null;
};
