import { messageOf, PgrowError } from '../domain/errors.ts';
import { seriesOf, type SeriesWanted, type Series } from '../domain/metric-series.ts';
import type { Sample } from '../domain/samples.ts';
import { recordedStepMs } from '../domain/sampling.ts';
import type { ApiDependencies } from './dependencies.ts';

export interface Measured {
  /** Oldest first: what is on record, then what the monitor still has. */
  readonly samples: readonly Sample[];
  /** Milliseconds between two samples of that time. */
  readonly apartMs: (at: number) => number;
  readonly says: readonly string[];
}

/** What was measured since this moment, milliseconds since the epoch. Without the monitor, what it has recorded. */
export const readMeasured = async (
  { store, readSamples }: Pick<ApiDependencies, 'store' | 'readSamples'>,
  serviceId: string,
  since: number,
): Promise<Measured> => {
  const [recorded, recent] = await Promise.all([
    store.readMetrics(serviceId, since),
    readSamples(serviceId).catch((error: unknown) => {
      if (error instanceof PgrowError) return error;
      throw error;
    }),
  ]);
  if (recent instanceof PgrowError)
    return {
      samples: recorded,
      apartMs: () => recordedStepMs,
      says: [`The last minutes are missing: the monitor does not say what it has measured. ${messageOf(recent)}`],
    };
  const first = recent.samples[0]?.at ?? Number.POSITIVE_INFINITY;
  return {
    // A recorded step that has begun before the monitor's memory does is whole only on record.
    samples: [...recorded.filter(({ at }) => at + recordedStepMs <= first), ...recent.samples],
    apartMs: (at) => (at < first ? recordedStepMs : recent.every_ms),
    says: [],
  };
};

/** The same as curves. */
export const readSeries = async (
  dependencies: Pick<ApiDependencies, 'store' | 'readSamples'>,
  serviceId: string,
  wanted: SeriesWanted,
): Promise<{ readonly series: readonly Series[]; readonly says: readonly string[] }> => {
  const { samples, apartMs, says } = await readMeasured(dependencies, serviceId, wanted.from);
  const series = seriesOf(samples, apartMs, wanted);
  const unmeasured = 'Nothing was measured in this time. The monitor measures a database while it runs: ./pgrow up';
  return { series, says: samples.length === 0 && says.length === 0 ? [unmeasured] : says };
};
