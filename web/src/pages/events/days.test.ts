import { expect, test } from 'vitest';
import { activityQuery, byDay } from './days.ts';

const entry = (id: string, at: string) => ({
  id,
  at,
  kind: 'event' as const,
  severity: 'info' as const,
  type: 'failover',
  says: 'failover',
  actor: null,
  operation_id: null,
  details: {},
});

test('each day has a heading, in the order of the list', () => {
  const days = byDay(
    [entry('c', '2026-01-02T09:00:00Z'), entry('b', '2026-01-02T08:00:00Z'), entry('a', '2026-01-01T23:00:00Z')],
    (at) => at.slice(0, 10),
  );
  expect(days.map(({ name, entries }) => [name, entries.map(({ id }) => id).join('')])).toEqual([
    ['2026-01-02', 'cb'],
    ['2026-01-01', 'a'],
  ]);
});

test('the API is asked for what the address says, and for nothing else', () => {
  expect(activityQuery('', '')).toBe('activity?limit=50');
  expect(activityQuery('operation', 'warning')).toBe('activity?limit=50&kinds=operation&severity=warning%2Cerror');
  expect(activityQuery('weather', 'nice')).toBe('activity?limit=50');
});
