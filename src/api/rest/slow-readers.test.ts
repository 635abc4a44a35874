import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { isTaken } from './slow-readers.ts';

/** A connection to a reader that takes what is written only when asked to. */
const reader = () => {
  let take = (): void => undefined;
  const stream = new Writable({ highWaterMark: 8, write: (_chunk, _encoding, taken) => (take = () => taken()) });
  return { stream, take: () => take() };
};
const never = new AbortController().signal;

// Whoever opened a stream and read nothing of it had everything kept for him in the memory of the API.
test('a reader that takes nothing is found out', async () => {
  const { stream } = reader();
  expect(await isTaken(stream, 'small', { signal: never, patienceMs: 10 })).toBe(true);
  expect(await isTaken(stream, 'more than it holds', { signal: never, patienceMs: 10 })).toBe(false);
});

test('one that is slow is waited for', async () => {
  const { stream, take } = reader();
  const taken = isTaken(stream, 'more than it holds', { signal: never, patienceMs: 60_000 });
  take();
  expect(await taken).toBe(true);
});

test('one that has gone is not waited for', async () => {
  const { stream } = reader();
  const gone = new AbortController();
  const taken = isTaken(stream, 'more than it holds', { signal: gone.signal, patienceMs: 60_000 });
  gone.abort();
  expect(await taken).toBe(true);
});
