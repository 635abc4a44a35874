import type { Advice } from '../../data/types.ts';
import { bytesText, countText, plural } from '../../format/numbers.ts';
import { wordsOf } from '../../format/stages.ts';
import { durationText } from '../../format/times.ts';

type Evidence = Advice['advice'][number]['evidence'][number];

/** `connections idle on postgres-1: 55, over 10 min`. */
export const evidenceText = ({ name, node, value, unit, over_ms }: Evidence): string =>
  `${wordsOf(name)}${node === null ? '' : ` on ${node}`}: ${valueText(value, unit)}` +
  (over_ms === 0 ? '' : `, over ${durationText(over_ms)}`);

const valueText = (value: number, unit: Evidence['unit']): string => {
  switch (unit) {
    case 'bytes':
      return bytesText(value);
    case 'share':
      return `${Math.round(value * 100)} %`;
    case 'ms':
      return durationText(value);
    case 'per_second':
      return `${countText(Math.round(value))} per second`;
    case 'days':
      return plural(Math.round(value), 'day');
    case 'nodes':
      return plural(value, 'node');
    case 'connections':
    case 'clients':
      return countText(Math.round(value));
  }
};
