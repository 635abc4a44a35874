import { InvalidArgumentError } from 'commander';

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds in `90`, `45s`, `30m`, `24h`, `7d` or a sum of those, `1h30m`. A bare number is seconds. */
export const parseSeconds = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[smhd])+$/.test(text)) {
    throw new InvalidArgumentError('Allowed: seconds, or a time such as 45s, 30m, 24h, 7d, 1h30m.');
  }
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * unitSeconds[unit as keyof typeof unitSeconds],
    0,
  );
};

/** `850 ms`, `12.3 s`, `2 min 5 s`, `1 h 3 min`: what a person wants to read of a time taken. */
export const formatMs = (milliseconds: number): string => {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};
