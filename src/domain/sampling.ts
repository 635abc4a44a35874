/** How often databases are measured, and for how long numbers are kept. All in milliseconds. */

/** Of a database that someone looks at. */
export const watchedEveryMs = 2000;
/** For so long after it was last asked for. */
export const watchLastsMs = 15_000;

const leastMs = 5000;
const mostMs = 30_000;
/** Thirty readings a second at most, over all databases. */
const eachCostsMs = 33;

/** Of the others: every five seconds up to 150, every half minute from 900 on. */
export const sampleEveryMs = (databases: number): number =>
  Math.min(mostMs, Math.max(leastMs, databases * eachCostsMs));

/** As they were measured, in the monitor's memory. */
export const recentLastsMs = 15 * 60_000;

/** What is recorded: one value for each of these steps, */
export const recordedStepMs = 30_000;
/** as many at a time as were measured meanwhile, */
export const recordEveryMs = 5 * 60_000;
/** for a day. */
export const recordLastsMs = 24 * 3_600_000;

/** Sizes change slowly, and measuring one reads a whole directory. */
export const sizeEveryMs = 5 * 60_000;

/** Points in an answer, where the caller does not say how many. */
const usualPoints = 240;

/** A step for this span of time: a whole number of seconds. */
export const usualStepMs = (spanMs: number): number =>
  Math.max(watchedEveryMs, Math.ceil(spanMs / usualPoints / 1000) * 1000);
