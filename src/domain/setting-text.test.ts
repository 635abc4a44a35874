import { expect, test } from 'vitest';
import { settingText } from './setting-text.ts';

test.each([
  ['16384', '8kB', '128MB'],
  ['65536', 'kB', '64MB'],
  ['1048577', 'kB', '1048577kB'],
  ['1024', 'MB', '1GB'],
  ['300', 's', '5min'],
  ['1500', 'ms', '1500ms'],
  ['1440', 'min', '1d'],
  ['0.5', 'ms', '0.5ms'],
  ['0', 'ms', '0'],
  ['-1', 'kB', '-1'],
  ['100', null, '100'],
  ['on', null, 'on'],
])('%s of %s is shown as %s, as the server shows it', (value, unit, shown) => {
  expect(settingText(value, unit)).toBe(shown);
});
