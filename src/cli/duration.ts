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
