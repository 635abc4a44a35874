import { expect, test } from 'vitest';
import { createPacer } from './pacer.ts';

test('starts are spread evenly, and a stall is not followed by a burst', () => {
  let now = 0;
  const pacer = createPacer(500, () => now);
  expect([pacer.take(), pacer.take(), pacer.take()]).toEqual([0, 2, 4]);
  now = 1000;
  expect([pacer.take(), pacer.take()]).toEqual([0, 2]);
});
