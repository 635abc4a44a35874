import { expect, test } from 'vitest';
import type { LogLine } from '../../domain/looks.ts';
import { timedLines } from './timed-lines.ts';

const read = (...entries: string[]): LogLine[] => {
  const lines: LogLine[] = [];
  const push = timedLines((line) => lines.push(line));
  for (const entry of entries) push(Buffer.from(entry));
  return lines;
};

const early = '2026-11-21T05:15:52.000000001Z';
const late = '2026-11-21T05:15:52.000000002Z';

test('an entry is a line with its time', () => {
  expect(read(`${early} ready to accept connections\n`, `${late} \n`)).toEqual([
    { at: early, text: 'ready to accept connections' },
    { at: late, text: '' },
  ]);
});

test('a line longer than the buffer of the engine is one line, with the time of its first part', () => {
  expect(read(`${early} select `, `${late} 1\n`)).toEqual([{ at: early, text: 'select 1' }]);
});

test('a line without an end is given in pieces and not collected for ever', () => {
  const part = 'x'.repeat(40 * 1024);
  expect(read(`${early} ${part}`, `${early} ${part}`, `${late} end\n`)).toEqual([
    { at: early, text: part + part },
    { at: late, text: 'end' },
  ]);
});
