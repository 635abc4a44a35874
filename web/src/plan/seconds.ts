const units = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

type Unit = keyof typeof units;

/** `1h30m` as its units, the largest first; null of what is no time. */
const inUnits = (seconds: number): readonly (readonly [amount: number, unit: Unit])[] | null => {
  if (!Number.isInteger(seconds) || seconds <= 0) return null;
  // A day reads better in hours, a week in days.
  if (seconds % units.d === 0 && seconds > units.d) return [[seconds / units.d, 'd']];
  let left = seconds;
  return (['h', 'm', 's'] as const).flatMap((unit) => {
    const amount = Math.floor(left / units[unit]);
    left -= amount * units[unit];
    return amount === 0 ? [] : [[amount, unit] as const];
  });
};

/** `30m`, `24h`, `1h30m`, `90s`: as the command line takes a time. */
export const shortTime = (seconds: number): string =>
  inUnits(seconds)
    ?.map(([amount, unit]) => `${amount}${unit}`)
    .join('') ?? String(seconds);

/** `30 min`, `24 h`, `1 h 30 min`: the same to be read, and not rounded. */
export const exactTime = (seconds: number): string =>
  inUnits(seconds)
    ?.map(([amount, unit]) => `${amount} ${unit === 'm' ? 'min' : unit}`)
    .join(' ') ?? `${seconds} s`;

/** Seconds; what is no time is left as it is, so that the API says what is allowed. */
export const secondsOf = (text: string): number | string => {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d+[dhms]\s*)+$/.test(trimmed)) return text;
  return [...trimmed.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * units[unit as Unit],
    0,
  );
};
