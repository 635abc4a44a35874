import { expect, test } from 'vitest';
import { changeText, goesText, urgencyOf } from './window.ts';

test('the end comes nearer', () => {
  expect([301_000, 299_000, 61_000, 59_000].map(urgencyOf)).toEqual(['calm', 'soon', 'soon', 'now']);
});

test('what goes is named', () => {
  expect(goesText([])).toBeNull();
  expect(goesText(['postgres-1'])).toBe('postgres-1 is removed');
  expect(goesText(['postgres-1', 'postgres-2'])).toBe('postgres-1 and postgres-2 are removed');
});

test('of an operation at the same stage it says what that changed', () => {
  const item = { subject: 'setting', from: null, to: '1', takes_effect: 'live' } as const;
  const operation = {
    type: 'change',
    changes: [{ ...item, subject: 'memory', name: null }, ...['a', 'b', 'c'].map((name) => ({ ...item, name }))],
  } as const;
  const checkpoint = { stage: 2 } as Parameters<typeof changeText>[0]['checkpoint'];
  expect(changeText({ checkpoint }, { ...operation, changes: [...operation.changes] })).toBe(
    'Changed memory, a, b and 1 more',
  );
  expect(changeText({ checkpoint }, undefined)).toBe('Changed to replicas');
});
