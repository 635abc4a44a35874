// @vitest-environment node
import { expect, test } from 'vitest';
import { storageOf, usedText } from './storage.ts';

const gibibyte = 1024 ** 3;

/** As `status` says them. */
test.each([
  [50 * gibibyte, 31.96 * gibibyte, '31 of 50 GiB'],
  [2 * gibibyte, 1.49 * gibibyte, '1.4 of 2 GiB'],
  [1.5 * gibibyte, 0.9 * gibibyte, '921 of 1536 MiB'],
  [null, 31.96 * gibibyte, '31 GiB'],
  [null, 0.05 * gibibyte, '0 GiB'],
])('of %j bytes %d are %s', (limit_bytes, used_bytes, says) => {
  expect(usedText(storageOf({ storage: { limit_bytes, used_bytes } }))).toBe(says);
});
