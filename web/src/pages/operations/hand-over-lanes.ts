import type { Operation } from '../../data/types.ts';
import { durationText } from '../../format/times.ts';

/** A hand-over as lanes on one axis: milliseconds after clients began to wait. */
export interface HandOverPicture {
  readonly lanes: readonly Lane[];
  /** Where the axis ends. */
  readonly endMs: number;
  readonly says: string;
}

export interface Lane {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

type Mark = readonly [name: string, ms: number | null | undefined];

/** One after the other: each begins where the last one that is known has ended. */
const inARow = (marks: readonly Mark[]): Lane[] => {
  let fromMs = 0;
  return marks.flatMap(([name, ms]) => {
    if (ms == null) return [];
    const lane = { name, fromMs: Math.min(fromMs, ms), toMs: ms };
    fromMs = ms;
    return [lane];
  });
};

const longest = (lanes: readonly Lane[]): Lane =>
  lanes.reduce((most, lane) => (lane.toMs - lane.fromMs > most.toMs - most.fromMs ? lane : most));

const pictureOf = (held: Mark, marks: readonly Mark[]): HandOverPicture | null => {
  const parts = inARow(marks);
  if (parts.length === 0) return null;
  const endMs = Math.max(held[1] ?? 0, ...parts.map(({ toMs }) => toMs));
  const slowest = longest(parts);
  const says = `Clients waited ${durationText(endMs)}; most of it, ${durationText(slowest.toMs - slowest.fromMs)}, for: ${slowest.name}.`;
  return { lanes: [{ name: held[0], fromMs: 0, toMs: endMs }, ...parts], endMs, says };
};

/** Of a move that was planned. Null where it was not measured. */
export const handOverPicture = (handOver: Operation['hand_over']): HandOverPicture | null =>
  handOver &&
  pictureOf(
    ['clients held', handOver.resumed_ms],
    [
      ['old primary stops', handOver.stopped_ms],
      ['proof that nothing is missing', handOver.proven_ms],
      ['promotion', handOver.promoted_ms],
      ['routes', handOver.routed_ms],
      ['probe write', handOver.probed_ms],
    ],
  );

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Of a failover, from what its event says. */
export const failoverPicture = (metadata: Readonly<Record<string, unknown>>): HandOverPicture | null =>
  pictureOf(
    ['writes cut off', number(metadata['duration_ms'])],
    [
      ['leader lock given up', number(metadata['lock_released_ms'])],
      ['new leader takes writes', number(metadata['writable_ms'])],
      ['routes', number(metadata['routed_ms'])],
    ],
  );

/** Milliseconds of the middle and of the longest; null of none. */
export const medianAndWorst = (
  values: readonly number[],
): { readonly median: number; readonly worst: number } | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) return null;
  return { median: (low + high) / 2, worst: sorted.at(-1)! };
};
