import type { PgrowClient } from '../client/client.ts';
import type { Store } from '../store/store.ts';
import type { GaugeReading } from '../telemetry/serve-metrics.ts';

/** What the API's metrics show of the whole control plane, from the record and from Temporal. */
export const controlPlaneGauges = ({
  store,
  client,
}: {
  readonly store: Pick<Store, 'listRunningOperations' | 'listObserved'>;
  readonly client: Pick<PgrowClient, 'workerSeenAgo'>;
}): readonly GaugeReading[] => [
  {
    name: 'pgrow_operations_running',
    help: 'Operations on record that have not ended, by type.',
    labels: ['operation'],
    read: async () =>
      countBy(
        'operation',
        (await store.listRunningOperations({})).map(({ type }) => type),
      ),
  },
  {
    name: 'pgrow_databases',
    help: 'Databases by the health that the monitor has recorded.',
    labels: ['health'],
    read: async () =>
      countBy(
        'health',
        (await store.listObserved({})).map(({ health }) => health),
      ),
  },
  {
    name: 'pgrow_worker_poll_age_seconds',
    help: 'Time since a worker last asked Temporal for work; +Inf if Temporal knows of none.',
    read: async () => [{ value: (await client.workerSeenAgo()) ?? Number.POSITIVE_INFINITY }],
  },
];

const countBy = (label: string, values: readonly string[]) =>
  [...Map.groupBy(values, (value) => value)].map(([value, { length }]) => ({
    labels: { [label]: value },
    value: length,
  }));
