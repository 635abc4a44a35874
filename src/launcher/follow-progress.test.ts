import Docker from 'dockerode';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { followProgress, type ProgressEvent } from './follow-progress.ts';

const follow = async (...lines: readonly object[]): Promise<readonly ProgressEvent[]> => {
  const seen: ProgressEvent[] = [];
  const output = Readable.from(lines.map((line) => `${JSON.stringify(line)}\r\n`));
  await followProgress(new Docker(), output, (event) => void seen.push(event));
  return seen;
};

test('what an engine says is followed to its end', async () => {
  expect(await follow({ stream: 'Step 1/2' }, { stream: 'Step 2/2' })).toEqual([
    { stream: 'Step 1/2' },
    { stream: 'Step 2/2' },
  ]);
});

// Engine 29 left out `error`: a build that failed counted as done, and the image was missed only later.
test.each([
  ['before 29', { error: 'returned a non-zero code: 100', errorDetail: { message: 'returned a non-zero code: 100' } }],
  ['from 29 on', { errorDetail: { message: 'returned a non-zero code: 100' } }],
])('a failure that an engine %s says among the rest is one', async (_, failed) => {
  await expect(follow({ stream: 'Step 1/2' }, failed)).rejects.toThrow('returned a non-zero code: 100');
});
