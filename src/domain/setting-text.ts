/** What a unit of `pg_settings` is worth, in bytes or in milliseconds. */
const bases: Readonly<Record<string, { readonly worth: number; readonly of: 'bytes' | 'ms' }>> = {
  B: { worth: 1, of: 'bytes' },
  kB: { worth: 1024, of: 'bytes' },
  '8kB': { worth: 8192, of: 'bytes' },
  '16kB': { worth: 16_384, of: 'bytes' },
  '32kB': { worth: 32_768, of: 'bytes' },
  MB: { worth: 1024 ** 2, of: 'bytes' },
  '16MB': { worth: 16 * 1024 ** 2, of: 'bytes' },
  ms: { worth: 1, of: 'ms' },
  s: { worth: 1000, of: 'ms' },
  min: { worth: 60_000, of: 'ms' },
};

/** Largest first. */
const shownUnits = {
  bytes: [
    ['TB', 1024 ** 4],
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['kB', 1024],
    ['B', 1],
  ],
  ms: [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ],
} as const;

/**
 * A value that `pg_settings` has in its unit, as `SHOW` says it: `16384` of `8kB` is `128MB`. What is no number, has no unit, or
 * stands for something else (0, -1) stays as it is.
 */
export const settingText = (value: string, unit: string | null): string => {
  const base = unit === null ? undefined : bases[unit];
  const number = Number(value);
  if (!base || !(number > 0) || value.trim() === '') return value;
  const amount = number * base.worth;
  const [name, worth] = shownUnits[base.of].find(([, each]) => amount % each === 0) ?? shownUnits[base.of].at(-1)!;
  return `${amount / worth}${name}`;
};
