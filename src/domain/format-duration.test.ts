import { expect, test } from 'vitest';
import { formatMs } from './format-duration.ts';

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [999.9, '1.0 s'],
  [12_345, '12.3 s'],
  [59_990, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_780_000, '1 h 3 min'],
])('%d ms reads %s', (milliseconds, text) => expect(formatMs(milliseconds)).toBe(text));
