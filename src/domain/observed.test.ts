import { expect, test } from 'vitest';
import { haTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import { isCurrent, isStale, roundEveryMs, staleAfterMs, unseenState, type Observed } from './observed.ts';

const age = (age_ms: number, doubted = false) => ({ age_ms, doubted });

test('what was seen stands for the present until something happens, for a few looks at most', () => {
  expect(isCurrent(age(1000))).toBe(true);
  expect(isCurrent(age(1000, true))).toBe(false);
  expect(isCurrent(age(staleAfterMs + 1))).toBe(false);
  // Doubted is not forgotten: it may be shown, with its age, where no one can look.
  expect(isStale(age(1000, true))).toBe(false);
});

// A monitor that had stopped was taken for a database that was healthy, or down.
test('a database that was not looked at for long is neither healthy nor down: every node is unknown', () => {
  const { topology } = sampleDatabase('shop', { topology: haTopology(sampleDatabase('shop')) });
  const seen = {
    service_id: 's1',
    seen_at: '2026-01-01T10:00:00.000Z',
    age_ms: 60_000,
    doubted: false,
    live: { nodes: [{ name: 'postgres-2', state: 'running', role: 'primary' }] },
  } as unknown as Observed;
  const shown = unseenState(topology, seen);
  expect(shown.health).toBe('unknown');
  expect(new Set(shown.nodes.map(({ state }) => state))).toEqual(new Set(['unknown']));
  expect(shown.members.map(({ role }) => role)).not.toContain('leader');
  expect(shown.nodes.find(({ name }) => name === 'postgres-2')).toMatchObject({
    role: null,
    detail: 'running when it was last seen',
  });
  expect(shown.notices).toEqual([
    'The monitor has not looked since 2026-01-01T10:00:00.000Z. Start what is not running: ./pgrow up',
  ]);
  expect(unseenState(topology, null).notices).toEqual([
    'The monitor has not looked at it yet. Start what is not running: ./pgrow up',
  ]);
});

test('many databases are looked at less often, so that the cost stays the same, and before a record is stale', () => {
  expect(roundEveryMs(1)).toBe(5000);
  expect(roundEveryMs(250)).toBe(5000);
  expect(roundEveryMs(500)).toBe(10_000);
  expect(2 * roundEveryMs(500)).toBeLessThan(staleAfterMs);
});
