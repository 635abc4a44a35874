import { expect, test } from 'vitest';
import { shortened } from './shortened.ts';

// A viewer filled the audit with names of 60 KB; one with half a character kept the refusal out of it.
test('what was sent as a name is shown and kept as short as names are, and as text', () => {
  expect(shortened('shop')).toBe('shop');
  expect(shortened('a'.repeat(60_000))).toBe('a'.repeat(63));
  expect(shortened('sh\0op')).toBe('shop');
  expect(shortened(`${'a'.repeat(62)}😀`)).toBe(`${'a'.repeat(62)}\u{fffd}`);
});
