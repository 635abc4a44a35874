import { expect, test } from 'vitest';
import { goesText, urgencyOf } from './window.ts';

test('the end comes nearer', () => {
  expect([301_000, 299_000, 61_000, 59_000].map(urgencyOf)).toEqual(['calm', 'soon', 'soon', 'now']);
});

test('what goes is named', () => {
  expect(goesText([])).toBeNull();
  expect(goesText(['postgres-1'])).toBe('postgres-1 is removed');
  expect(goesText(['postgres-1', 'postgres-2'])).toBe('postgres-1 and postgres-2 are removed');
});
