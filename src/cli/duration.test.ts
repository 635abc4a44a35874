import { describe, expect, test } from 'vitest';
import { formatMs, parseSeconds } from './duration.ts';

describe('a time on the command line', () => {
  test.each([
    ['90', 90],
    ['45s', 45],
    ['30m', 1800],
    ['24h', 86_400],
    ['7d', 604_800],
    ['1h30m', 5400],
    ['0', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  test.each(['', 'soon', '-5', '1.5h', '30 m', '10min', 'm', '5m3'])(
    '%j is refused and says what is allowed',
    (text) => {
      expect(() => parseSeconds(text)).toThrow(/30m, 24h/);
    },
  );
});

describe('a time taken', () => {
  test.each([
    [0, '0 ms'],
    [849.6, '850 ms'],
    [999.9, '1.0 s'],
    [12_345, '12.3 s'],
    [59_990, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%d ms reads %s', (milliseconds, text) => {
    expect(formatMs(milliseconds)).toBe(text);
  });
});
