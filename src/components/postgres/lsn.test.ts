import { expect, test } from 'vitest';
import { lsnDistance, parseLsn } from './lsn.ts';

test('a position counts bytes, also beyond the first four gigabytes', () => {
  expect(parseLsn('0/3000028')).toBe(0x3000028n);
  expect(parseLsn('16/B374D848')).toBe(0x16b374d848n);
  expect(lsnDistance('1/0', '0/FFFFFFFF')).toBe(1n);
  expect(lsnDistance('0/10', '0/20')).toBe(-16n);
});

test.each(['', '0', '0/', '/0', '0/XYZ', '0/123456789', ' 0/1'])('"%s" is refused rather than taken for 0', (text) => {
  expect(() => parseLsn(text)).toThrow(`"${text}" is not a WAL position`);
});
