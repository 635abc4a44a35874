import { expect, test } from 'vitest';
import { secondsOf, shortTime } from './seconds.ts';

test.each([
  [60, '1m'],
  [90, '1m30s'],
  [1800, '30m'],
  [86_400, '24h'],
  [604_800, '7d'],
  [0, '0'],
])('%s seconds are %s, and back', (seconds, text) => {
  expect(shortTime(seconds)).toBe(text);
  expect(secondsOf(text)).toBe(seconds);
});

test('what is no time goes along as it is: the API says what is allowed', () => {
  expect(secondsOf('soon')).toBe('soon');
});
