import { describe, expect, test } from 'vitest';
import { formatPosition, furthestOf, lossOf, type Holdings } from './holdings.ts';

const at = (name: string, position: number, timeline = 1) => ({ name, timeline, position });

describe('the furthest of those that answered', () => {
  test('has the latest timeline, then the highest position', () => {
    expect(furthestOf([at('a', 50), at('b', 70), at('c', 60)])).toMatchObject({ name: 'b' });
    expect(furthestOf([at('a', 50, 2), at('b', 70)])).toMatchObject({ name: 'a' });
    expect(furthestOf([])).toBeNull();
  });
});

test.each([
  [0x5000060, '0/5000060'],
  [0x1_00000000 + 0xff, '1/FF'],
])('the position %i is written as PostgreSQL writes it', (bytes, text) => {
  expect(formatPosition(bytes)).toBe(text);
});

describe('what is lost when the furthest leads', () => {
  const holdings: Holdings = {
    heard: [at('postgres-3', 0x100), at('postgres-4', 0x80)],
    unheard: [],
    last_known: null,
  };
  const words = (change: Partial<Holdings>) =>
    lossOf(at('postgres-3', 0x100), { ...holdings, ...change }, 'postgres-2').join(' ');

  test('names the candidate, and where each of them is', () => {
    expect(words({})).toContain('postgres-3 will lead: it is the most advanced of those that answer, at 0/100');
    expect(words({})).toContain('postgres-4 is at 0/80');
  });
  test('is not known where no one knows how far the leader was', () => {
    expect(words({})).toContain('The last position of postgres-2 is not known');
  });
  test('is at least what lies between the two, where that is known', () => {
    expect(words({ last_known: 0x180 })).toContain('postgres-2 was at 0/180 when last seen: the last 128 bytes');
  });
  test('may be nothing but what came after the leader was last heard of', () => {
    expect(words({ last_known: 0x100 })).toContain(
      'postgres-3 has everything that postgres-2 had when last seen (0/100)',
    );
  });
  test('may be what a server holds that does not answer', () => {
    expect(words({ unheard: ['postgres-5'] })).toContain('postgres-5 exists but does not answer. It may hold more');
  });
});
