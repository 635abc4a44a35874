import { expect, test } from 'vitest';
import { cutAt, fileText, findIn, linesOf, toneOf } from './log-text.ts';

const line = (text: string, node = 'postgres-1') => ({ node, at: null, text });

test('takes an answer apart into lines', () => {
  const logs = [
    { node: 'postgres-1', text: 'a\n\nb\n' },
    { node: 'etcd-1', text: '' },
  ];
  expect(linesOf({ logs }).map(({ text }) => text)).toEqual(['a', '', 'b']);
});

test('finds in whichever case, and cuts at each hit', () => {
  expect(findIn([line('FATAL: no'), line('fine'), line('a fatal one')], 'fatal')).toEqual([0, 2]);
  expect(findIn([line('a')], '')).toEqual([]);
  expect(cutAt('ab AB', 'ab')).toEqual(['', 'ab', ' ', 'AB', '']);
});

test('knows loud lines by their words', () => {
  expect(toneOf('2026-11-21 FATAL:  terminating')).toBe('bad');
  expect(toneOf('WARNING: no')).toBe('warn');
  expect(toneOf('no errors here')).toBeNull();
});

test('writes the node before each line of a file only where there are several', () => {
  expect(fileText([line('a'), line('b')])).toBe('a\nb\n');
  expect(fileText([line('a'), line('b', 'etcd-1')])).toBe('postgres-1  a\netcd-1  b\n');
});
