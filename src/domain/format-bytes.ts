const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `0 B`, `24 kB`, `48 MB`: as PostgreSQL's pg_size_pretty counts, in powers of 1024. */
export const formatBytes = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value)} ${units[unit]}`;
};

/** The same without rounding: `1536 MB`, in the largest unit that loses nothing. */
export const formatExactly = (bytes: number): string => {
  const whole = units.findLastIndex((_, power) => power === 0 || (bytes > 0 && bytes % 1024 ** power === 0));
  return `${bytes / 1024 ** whole} ${units[whole]}`;
};
