import { expect, test } from 'vitest';
import { merged, newOf, type Page } from './history.ts';

const page = (ids: string, next_cursor: string | null = null) => ({
  entries: ids.split('').map((id) => ({ id, at: next_cursor })),
  next_cursor,
});
const ids = ({ entries }: Page<{ readonly id: string }>): string => entries.map(({ id }) => id).join('');

test('what is new stands first, and what is known is as it is now', () => {
  const all = merged(page('edc', 'now'), page('dcba', 'older'));
  expect(ids(all)).toBe('edcba');
  expect(all.next_cursor).toBe('older');
  expect(all.entries.map(({ at }) => at)).toEqual(['now', 'now', 'now', 'older', 'older']);
  expect(newOf(page('edc').entries, page('dcba').entries)).toEqual([{ id: 'e', at: null }]);
});

test('where so much is new that something may lie between, the old is let go', () => {
  expect(merged(page('zyx', 'now'), page('cba', 'older'))).toEqual(page('zyx', 'now'));
  expect(ids(merged(page('a'), page('')))).toBe('a');
});
