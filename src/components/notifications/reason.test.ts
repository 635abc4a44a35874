import { expect, test } from 'vitest';
import { reasonOf } from './reason.ts';

// What a TLS peer put into its certificate was kept in the metadata and listed, however long.
test('a reason is one line of at most 200 characters, whatever a server says', () => {
  expect(reasonOf(new Error(`no\r\n${'x'.repeat(500)}`))).toBe(`no ${'x'.repeat(197)}`);
  expect(reasonOf(new AggregateError([new Error('refused'), new Error('away')], ''))).toBe('refused');
  expect(reasonOf(new Error(' '))).toBe('it cannot be reached');
});
