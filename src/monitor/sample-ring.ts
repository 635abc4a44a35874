import { combineSteps } from '../domain/metric-series.ts';
import { sampleOf, type Reading, type Sample } from '../domain/samples.ts';
import { recentLastsMs, recordedStepMs } from '../domain/sampling.ts';

/** What was measured of every database lately, in memory. */
export interface SampleRing {
  add(serviceId: string, reading: Reading): void;
  /** Oldest first. */
  recent(serviceId: string): readonly Sample[];
  /** What is to be recorded, one sample for each step that is over at this moment, or for all of them; each is given once. */
  take(until: number): readonly { readonly service_id: string; readonly samples: readonly Sample[] }[];
  /** Forgets all others. */
  keepOnly(serviceIds: ReadonlySet<string>): void;
}

interface Kept {
  last: Reading;
  samples: Sample[];
  /** All that was measured before is recorded. Milliseconds since the epoch. */
  recordedUntil: number;
}

export const createSampleRing = (): SampleRing => {
  const kept = new Map<string, Kept>();
  return {
    add(id, reading) {
      const known = kept.get(id);
      const sample = sampleOf(known?.last ?? null, reading);
      const samples = (known?.samples ?? []).filter(({ at }) => at > reading.at - recentLastsMs);
      samples.push(sample);
      kept.set(id, { last: reading, samples, recordedUntil: known?.recordedUntil ?? 0 });
    },
    recent: (id) => kept.get(id)?.samples ?? [],
    take(until) {
      return [...kept].flatMap(([service_id, each]) => {
        const open = each.samples.filter(({ at }) => at >= each.recordedUntil && at < until);
        if (open.length === 0) return [];
        each.recordedUntil = until;
        return [{ service_id, samples: combineSteps(open, recordedStepMs) }];
      });
    },
    keepOnly(ids) {
      for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id);
    },
  };
};
