import { expect, test } from 'vitest';
import { bytesText, moneyChangeText, plural } from './numbers.ts';
import { agoText, clockText, durationText } from './times.ts';

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [24_576, '24 KB'],
  [1_288_490_189, '1.2 GB'],
  [null, 'unknown'],
])('%s bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test('changes of cost have a sign', () => {
  expect([42, -23, 0].map(moneyChangeText)).toEqual(['+ $42', '− $23', '± $0']);
});

test('one is one', () => {
  expect([plural(1, 'replica'), plural(2, 'replica')]).toEqual(['1 replica', '2 replicas']);
});

test('times are as exact as they matter', () => {
  expect([215, 3140, 42_000, 130_000, 7_200_000, 200_000_000].map(durationText)).toEqual([
    '215 ms',
    '3.1 s',
    '42 s',
    '2 min',
    '2 h',
    '2 d',
  ]);
  expect([1_122_000, 3_900_000, -5].map(clockText)).toEqual(['18:42', '1:05:00', '0:00']);
  expect([100, 41_000].map(agoText)).toEqual(['now', '41 s ago']);
});
