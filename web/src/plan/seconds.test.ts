import { expect, test } from 'vitest';
import { exactTime, secondsOf, shortTime } from './seconds.ts';

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

test.each([
  [10, '10 s'],
  [1800, '30 min'],
  [5400, '1 h 30 min'],
  [604_800, '7 d'],
  [0, '0 s'],
])('%s seconds read %s', (seconds, text) => expect(exactTime(seconds)).toBe(text));

test('what is no time goes along as it is: the API says what is allowed', () => {
  expect(secondsOf('soon')).toBe('soon');
});
