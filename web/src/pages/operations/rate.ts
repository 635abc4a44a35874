/** How fast a step copies, from what was seen of it. */

interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly done: number;
}
export type Samples = readonly Sample[];

/** Older than this says nothing about now. */
const rememberedMs = 15_000;
/** Below that a rate is a guess. */
const shortestMs = 2000;

/** The same samples if nothing has changed. What counts less than before has begun again. */
export const withSample = (samples: Samples, sample: Sample): Samples => {
  const last = samples.at(-1);
  if (!last || sample.done < last.done) return [sample];
  if (sample.done === last.done || sample.at <= last.at) return samples;
  return [...samples.filter(({ at }) => sample.at - at <= rememberedMs), sample];
};

/** Per second; null where too little was seen. */
export const ratePerSecond = (samples: Samples): number | null => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < shortestMs) return null;
  return ((last.done - first.done) / (last.at - first.at)) * 1000;
};

/** Milliseconds until `total`; null where that cannot be said. */
export const leftMs = (samples: Samples, total: number): number | null => {
  const rate = ratePerSecond(samples);
  const done = samples.at(-1)?.done ?? 0;
  return rate === null || rate <= 0 || done >= total ? null : ((total - done) / rate) * 1000;
};
