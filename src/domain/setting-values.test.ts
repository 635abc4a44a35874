import { expect, test } from 'vitest';
import { meansTheSame } from './setting-values.ts';

const memory = { vartype: 'integer', unit: '8kB', setting: '131072' } as const;
const time = { vartype: 'integer', unit: 'ms', setting: '60000' } as const;
const plain = { vartype: 'integer', unit: null, setting: '200' } as const;
const share = { vartype: 'real', unit: null, setting: '0.9' } as const;
const flag = { vartype: 'bool', unit: null, setting: 'on' } as const;
const choice = { vartype: 'enum', unit: null, setting: 'remote_apply' } as const;
const words = { vartype: 'string', unit: null, setting: 'ISO, MDY' } as const;

test.each([
  [memory, ['1GB', '1024MB', ' 1048576 kB', '131072', '0.0009765625TB']],
  [time, ['1min', '60s', '60000', '60000000us']],
  [plain, ['200', '2e2', '+200.2']],
  [share, ['0.9', '.9', '9e-1']],
  [flag, ['on', 'TRUE', 'y', '1']],
  [choice, ['remote_apply', 'Remote_Apply']],
  [words, ['ISO, MDY']],
])('%o is what each of %o says', (running, texts) => {
  for (const text of texts) expect([text, meansTheSame(running, text)]).toEqual([text, true]);
});

test.each([
  [memory, ['1gb', '2GB', '1min', 'much', '']],
  [time, ['1m', '1h', '60MB']],
  [plain, ['201', '200MB']],
  [share, ['0.8']],
  [flag, ['off', 'o', '2', '']],
  [choice, ['on']],
  [words, ['iso, mdy']],
])('%o is not certainly what any of %o says', (running, texts) => {
  for (const text of texts) expect([text, meansTheSame(running, text)]).toEqual([text, false]);
});
