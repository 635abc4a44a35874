const units = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

/** `30m`, `24h`, `1h30m`, `90s`: as the command line takes a time. */
export const shortTime = (seconds: number): string => {
  if (!Number.isInteger(seconds) || seconds <= 0) return String(seconds);
  // A day reads better in hours, a week in days.
  if (seconds % units.d === 0 && seconds > units.d) return `${seconds / units.d}d`;
  let left = seconds;
  return (['h', 'm', 's'] as const)
    .map((unit) => {
      const amount = Math.floor(left / units[unit]);
      left -= amount * units[unit];
      return amount === 0 ? '' : `${amount}${unit}`;
    })
    .join('');
};

/** Seconds; what is no time is left as it is, so that the API says what is allowed. */
export const secondsOf = (text: string): number | string => {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d+[dhms]\s*)+$/.test(trimmed)) return text;
  return [...trimmed.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * units[unit as keyof typeof units],
    0,
  );
};
