import { expect, test } from 'vitest';
import { pollUntil, withTimeLimit } from './deadlines.ts';

// A query that hung for its own limit of 60 s, while clients waited: "3 s" were looked at only between two looks.
test('a poll ends at its limit although a look hangs', async () => {
  await expect(pollUntil(20, 'postgres-2:5432 to replay', () => new Promise<never>(() => {}))).rejects.toMatchObject({
    code: 'not_ready',
    message: 'Waited 20 ms for postgres-2:5432 to replay: no answer.',
  });
});

test('a poll continues over looks that fail, and tells the last of them', async () => {
  let looks = 0;
  const refuse = async () => {
    looks += 1;
    throw new Error(`refused, look ${looks}`);
  };
  await expect(pollUntil(20, 'an answer', refuse)).rejects.toThrow(/an answer: refused, look \d+\.$/);
  expect(looks).toBeGreaterThan(1);
  await pollUntil(5000, 'an answer', async () => (looks += 1) > 3);
});

test('work that takes too long is gone on without', async () => {
  await expect(withTimeLimit(5, 'PAUSE does not end', new Promise<never>(() => {}))).rejects.toThrow(
    'PAUSE does not end',
  );
  expect(await withTimeLimit(5000, 'late', Promise.resolve('done'))).toBe('done');
});
