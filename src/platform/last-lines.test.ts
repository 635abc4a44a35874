import { expect, test } from 'vitest';
import { lastLines } from './last-lines.ts';

const read = (mostBytes: number, ...chunks: readonly string[]): string => {
  const last = lastLines(mostBytes);
  for (const chunk of chunks) last.push(Buffer.from(chunk));
  return last.text();
};

test('a log that fits is shown whole', () => {
  expect(read(8, 'one\n', 'two\n')).toBe('one\ntwo\n');
});

test('of a longer one the last whole lines are shown, and that others were left out', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`);
  expect(read(20, ...lines)).toBe('[only the last 20 bytes are shown]\nline 98\nline 99\n');
  expect(read(20, lines.join(''))).toBe('[only the last 20 bytes are shown]\nline 98\nline 99\n');
});
