import { expect, test } from 'vitest';
import { storageLevel, storageNotice, useText } from './storage-use.ts';

const gibibyte = 1024 ** 3;
const use = (used: number | null, limit: number | null) => ({
  used_bytes: used === null ? null : used * gibibyte,
  limit_bytes: limit === null ? null : limit * gibibyte,
});

test.each([
  [use(31.7, 50), '31 of 50 GiB'],
  [use(1.46, 2), '1.4 of 2 GiB'],
  [use(0.5, 1.5), '512 of 1536 MiB'],
  [use(31, null), '31 GiB'],
  [use(null, 50), 'an unknown part of 50 GiB'],
])('%o is shown as %s', (of, text) => {
  expect(useText(of)).toBe(text);
});

test('a limit is worth a word from 80 % on, and more from 95 % on', () => {
  const levels = [39, 40, 47.4, 47.5, 60].map((used) => storageLevel(use(used, 50)));
  expect(levels).toEqual([null, 'much', 'much', 'nearly', 'nearly']);
  expect([use(900, null), use(null, 50)].map(storageLevel)).toEqual([null, null]);
});

test('the sentence has the numbers, that nothing stops it, and what to do', () => {
  expect(storageNotice('shop', use(48, 50))).toBe(
    'The data of shop take 48 of 50 GiB, 96 % of its limit. pgrow does not stop it from growing: ' +
      'remove what is not needed, or raise the limit: ./pgrow change shop --storage SIZE',
  );
  expect(storageNotice('shop', use(10, 50))).toBeNull();
});
