// @vitest-environment node
import { expect, test } from 'vitest';
import { helpText, shortDescription } from './setting-texts.ts';

const integer = { type: 'integer', unit: null, min: '1', max: '262143' } as const;

test.each([
  [{ ...integer, unit: 'kB', min: '64', max: '2147483647' }, '64 KB or more, such as 16MB'],
  [{ ...integer, unit: '8kB', min: '16', max: '1073741823' }, '128 KB to 8 TB, such as 16MB'],
  [{ ...integer, unit: 's', min: '30', max: '86400' }, '30 s to 24 h, such as 30s'],
  [integer, '1 to 262,143'],
  [{ ...integer, min: '-1', max: '2147483647' }, '-1 or more'],
  [{ type: 'real', unit: null, min: '0', max: '100' } as const, '0 to 100'],
  [{ type: 'string', unit: null, min: null, max: null } as const, ''],
])('what %j may be is said in words', (setting, text) => {
  expect(helpText(setting)).toBe(text);
});

test('of a description the first sentence is enough', () => {
  expect(shortDescription({ description: 'Sets the limit. Zero turns it off.' })).toBe('Sets the limit.');
  expect(shortDescription({ description: 'Logs 1.5 of them' })).toBe('Logs 1.5 of them');
});
