import { expect, test } from 'vitest';
import { createAcknowledgedSequences } from './acknowledged.ts';

test('a long run with few failures is kept as a few ranges', () => {
  const sequences = createAcknowledgedSequences();
  for (let sequence = 1; sequence <= 1000; sequence += 1) {
    sequences.next();
    const failed = (sequence >= 200 && sequence <= 299) || sequence === 301 || sequence === 1000;
    if (!failed) sequences.acknowledge(sequence);
  }
  expect(sequences.count).toBe(898);
  expect(sequences.last).toBe(1000);
  expect(sequences.gaps).toEqual([
    { from: 200, to: 299 },
    { from: 301, to: 301 },
    { from: 1000, to: 1000 },
  ]);
});

test('what is in flight is not acknowledged', () => {
  const sequences = createAcknowledgedSequences();
  sequences.next();
  expect(sequences.count).toBe(0);
  expect(sequences.gaps).toEqual([{ from: 1, to: 1 }]);
});

test('a late answer to an earlier transaction is not taken for the present one', () => {
  const sequences = createAcknowledgedSequences();
  const first = sequences.next();
  sequences.next();
  expect(() => sequences.acknowledge(first)).toThrow(/not the one in flight/);
});
