import type { Sample } from './samples.ts';

/** Samples as they are recorded: each name once. */
export interface PackedSamples {
  /** Milliseconds since the epoch. */
  readonly at: readonly number[];
  /** As many as `at`; null for what was not measured. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

export const packSamples = (samples: readonly Sample[]): PackedSamples => {
  const keys = new Set(samples.flatMap(({ values }) => Object.keys(values)));
  const of = (key: string) => samples.map(({ values }) => values[key] ?? null);
  return { at: samples.map(({ at }) => at), values: Object.fromEntries([...keys].map((key) => [key, of(key)])) };
};

export const unpackSamples = ({ at, values }: PackedSamples): readonly Sample[] =>
  at.map((moment, index) => ({
    at: moment,
    values: Object.fromEntries(
      Object.entries(values).flatMap(([key, each]) => {
        const value = each[index] ?? null;
        return value === null ? [] : [[key, value] as const];
      }),
    ),
  }));
