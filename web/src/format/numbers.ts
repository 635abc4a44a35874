const count = new Intl.NumberFormat('en');
const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const countText = (value: number): string => count.format(value);

/** `$80`. */
export const moneyText = (value: number): string => dollars.format(value);

/** `+ $42`, `− $23`, `± $0`. */
export const moneyChangeText = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'} ${dollars.format(Math.abs(value))}`;

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `24 KB`, `1.2 GB`: powers of 1024, as the command line has them. */
export const bytesText = (bytes: number | null): string => {
  if (bytes === null) return 'unknown';
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? one.format(value) : count.format(Math.round(value))} ${units[power]!}`;
};

/** `1 replica`, `2 replicas`. */
export const plural = (value: number, word: string, words = `${word}s`): string =>
  `${count.format(value)} ${value === 1 ? word : words}`;

/** `4 GiB`, `768 MiB`: sizes of servers, as they are chosen. */
export const memoryText = (bytes: number): string =>
  bytes % 1024 ** 3 === 0 ? `${bytes / 1024 ** 3} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
