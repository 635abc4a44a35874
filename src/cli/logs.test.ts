import { expect, test } from 'vitest';
import { logsText } from './logs.ts';

test('lines of several nodes come after painted names of one width, those of one node alone', () => {
  const paint = (node: string, padded: string): string => `<${node}>${padded}</>`;
  const front = { node: 'front', text: 'New worker\nready\n' };
  const primary = { node: 'postgres-1', text: 'started\n' };
  expect(logsText([front, primary], paint)).toEqual([
    '<front>front     </>  New worker',
    '<front>front     </>  ready',
    '<postgres-1>postgres-1</>  started',
  ]);
  expect(logsText([front], paint)).toEqual(['New worker', 'ready']);
});
