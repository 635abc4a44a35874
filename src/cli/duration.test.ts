import { describe, expect, test } from 'vitest';
import { parseSeconds } from './duration.ts';

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
