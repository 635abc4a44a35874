import type { Store } from '../store/store.ts';
import type { GaugeReading } from '../telemetry/serve-metrics.ts';

/** What the monitor's metrics show of its own work. */
export const monitorGauges = (store: Pick<Store, 'listObserved'>): readonly GaugeReading[] => [
  {
    name: 'pgrow_observation_age_seconds',
    help: 'Age of the oldest record of what the monitor sees of a database.',
    read: async () => {
      const ages = (await store.listObserved({})).map(({ age_ms: age }) => age);
      return ages.length === 0 ? [] : [{ value: Math.max(...ages) / 1000 }];
    },
  },
];
