import { afterEach, expect, test, vi } from 'vitest';
import { hasColors, isLive, paintNode, widthOf, wrap, wrapIndented } from './terminal.ts';

afterEach(() => vi.unstubAllEnvs());

const surroundings = (variables: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries({ NO_COLOR: '', TERM: 'xterm', COLUMNS: '', ...variables }))
    vi.stubEnv(name, value);
};

test('colours are for terminals, unless NO_COLOR or a dumb one speaks against it', () => {
  surroundings({});
  expect(hasColors({ isTTY: true })).toBe(true);
  expect(hasColors({})).toBe(false);
  surroundings({ NO_COLOR: '1' });
  expect([hasColors({ isTTY: true }), isLive({ isTTY: true })]).toEqual([false, true]);
  surroundings({ TERM: 'dumb' });
  expect([hasColors({ isTTY: true }), isLive({ isTTY: true })]).toEqual([false, false]);
});

test('the width is that of COLUMNS, else of the terminal; a pipe has none', () => {
  surroundings({});
  expect(widthOf({ isTTY: true, columns: 120 })).toBe(120);
  surroundings({ COLUMNS: '60' });
  expect(widthOf({ isTTY: true, columns: 120 })).toBe(60);
  expect(widthOf({})).toBe(Number.POSITIVE_INFINITY);
  surroundings({ COLUMNS: 'wide' });
  expect(widthOf({ isTTY: true, columns: 120 })).toBe(120);
});

test('each node of a database has a colour of its own, and keeps it', () => {
  const names = [
    'postgres-1',
    'postgres-2',
    'postgres-3',
    'haproxy-1',
    'haproxy-2',
    'haproxy-3',
    'pgbouncer-1',
    'etcd-1',
    'front',
  ];
  const colors = names.map((name) => paintNode(name, ''));
  expect(new Set(colors).size).toBe(names.length);
  expect(paintNode('etcd-1', 'etcd-1  ')).toBe('\u001B[95metcd-1  \u001B[39m');
});

test('prose is wrapped at words, and its further lines are indented', () => {
  expect(wrapIndented('Warning: Sessions that do not go through PgBouncer are reset once.', 40)).toEqual([
    'Warning: Sessions that do not go',
    '  through PgBouncer are reset once.',
  ]);
  expect(wrapIndented('Short.', 40)).toEqual(['Short.']);
});

test('what is copied as a whole stays whole, and what follows it goes on below', () => {
  const digest = '3f'.repeat(32);
  expect(wrap(digest, 40)).toEqual([digest]);
  expect(wrap(`run ${digest} and no other plan`, 40)).toEqual(['run', digest, 'and no other plan']);
  expect(wrap('pgrow-49274fbe-shop-085115d7-postgres-1', 30)).toEqual(['pgrow-49274fbe-shop-085115d7-', 'postgres-1']);
});
