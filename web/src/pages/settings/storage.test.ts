// @vitest-environment node
import { expect, test } from 'vitest';
import { storageShares, useText } from '../../../../src/domain/storage-use.ts';
import { muchShare, storageOf, usedText } from './storage.ts';

const gibibyte = 1024 ** 3;

test.each([
  [50 * gibibyte, 31.96 * gibibyte],
  [2 * gibibyte, 1.49 * gibibyte],
  [1.5 * gibibyte, 0.9 * gibibyte],
  [null, 31.96 * gibibyte],
  [null, 0.05 * gibibyte],
])('of %j bytes %d are what "status" says', (limit_bytes, used_bytes) => {
  const storage = { limit_bytes, used_bytes };
  expect(usedText(storageOf({ storage }))).toBe(useText(storage));
});

test('much is as much as for "status"', () => {
  expect(muchShare).toBe(storageShares.much);
});
