import type { Setting } from '../../data/types.ts';
import { bytesText, countText } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';

/** Bytes. */
const bytesOf: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  '4kB': 4096,
  '8kB': 8192,
  '16kB': 16_384,
  '32kB': 32_768,
  MB: 1024 ** 2,
  '16MB': 16 * 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** Milliseconds. */
const msOf: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

type Bounded = Pick<Setting, 'type' | 'unit' | 'min' | 'max'>;

/** PostgreSQL's largest whole number: what goes up to it has no limit that anybody reaches. */
const largest = 2_147_483_647;

const amountText = (value: number, unit: string | null): string => {
  if (value <= 0 || unit === null) return Number.isInteger(value) ? countText(value) : String(value);
  if (unit in bytesOf) return bytesText(value * bytesOf[unit]!);
  return unit in msOf ? durationText(value * msOf[unit]!) : `${countText(value)} ${unit}`;
};

/** `64 KB to 2 TB`, `0 or more`; empty of what is no number. */
export const rangeText = ({ type, unit, min: least, max: most }: Bounded): string => {
  if ((type !== 'integer' && type !== 'real') || least === null) return '';
  const [min, max] = [Number(least), most === null ? null : Number(most)];
  if (max === null || max >= largest) return `${amountText(min, unit)} or more`;
  return `${amountText(min, unit)} to ${amountText(max, unit)}`;
};

/** How a value is written: `16MB`, `30s`; empty where a number says it all. */
const exampleText = ({ unit }: Bounded): string => {
  if (unit === null) return '';
  return unit in bytesOf ? 'such as 16MB' : unit in msOf ? 'such as 30s' : '';
};

export const helpText = (setting: Bounded): string =>
  [rangeText(setting), exampleText(setting)].filter(Boolean).join(', ');

/** Its description by PostgreSQL, as one short sentence: what stands behind the first is for the manual. */
export const shortDescription = ({ description }: Pick<Setting, 'description'>): string =>
  /^.*?[.](?=\s|$)/.exec(description)?.[0] ?? description;
