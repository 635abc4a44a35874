import { packSamples, unpackSamples } from '../domain/packed-samples.ts';
import type { Sample } from '../domain/samples.ts';
import type { Queries } from './connection.ts';

export interface MetricStore {
  /** Adds to what is recorded; each at least one sample, oldest first. What is recorded already stays. */
  recordMetrics(measured: readonly MeasuredSamples[]): Promise<void>;
  /** Those of this moment and later, oldest first. `since`: milliseconds since the epoch. */
  readMetrics(serviceId: string, since: number): Promise<readonly Sample[]>;
  /** `before`: milliseconds since the epoch. */
  removeMetrics(before: number): Promise<void>;
}

export interface MeasuredSamples {
  readonly service_id: string;
  readonly samples: readonly Sample[];
}

/** Milliseconds that one row may span, generously. */
const longestRowMs = 3_600_000;

export const metricStore = (queries: Queries): MetricStore => ({
  async recordMetrics(measured) {
    if (measured.length === 0) return;
    await queries
      .insertInto('metrics')
      .values(
        measured.map(({ service_id, samples }) => ({
          service_id,
          begins: new Date(samples[0]!.at),
          samples: JSON.stringify(packSamples(samples)),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async readMetrics(serviceId, since) {
    const rows = await queries
      .selectFrom('metrics')
      .select('samples')
      .where('service_id', '=', serviceId)
      .where('begins', '>=', new Date(since - longestRowMs))
      .orderBy('begins')
      .execute();
    return rows.flatMap(({ samples }) => unpackSamples(samples)).filter(({ at }) => at >= since);
  },

  async removeMetrics(before) {
    await queries.deleteFrom('metrics').where('begins', '<', new Date(before)).execute();
  },
});
