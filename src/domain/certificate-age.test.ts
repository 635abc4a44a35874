import { expect, test } from 'vitest';
import { certificateDays, isDue } from './certificate-age.ts';

const day = 24 * 3_600_000;

test('a certificate is renewed when two thirds of its life are over', () => {
  const issued = Date.now();
  const expiresAt = new Date(issued + certificateDays * day);
  expect(isDue(expiresAt, issued + 59 * day)).toBe(false);
  expect(isDue(expiresAt, issued + 61 * day)).toBe(true);
  expect(isDue(expiresAt, issued + 100 * day)).toBe(true);
});
