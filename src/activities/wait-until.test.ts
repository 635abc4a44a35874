import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ActionStep } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

type Note = Parameters<ActionStep['note']>;

const wait = (look: () => Observation<string>, noted: (string | null)[] = [], seen: Note[1][] = []) =>
  waitUntil({
    for: 'haproxy-1 to see postgres-2',
    step: {
      signal: new AbortController().signal,
      note: (...[text, said]: Note) => {
        noted.push(text);
        seen.push(said);
      },
      patience_seconds: 0.05,
    },
    look: async () => look(),
  });

test('answers with what was found, having noted once what it waited for', async () => {
  const looks: Observation<string>[] = [{ observed: 'not yet' }, { observed: 'not yet' }, { found: 'it' }];
  const noted: (string | null)[] = [];
  const seen: Note[1][] = [];
  expect(await wait(() => looks.shift()!, noted, seen)).toBe('it');
  // The text stays; what is said as data is over.
  expect(noted).toEqual(['not yet', null]);
  expect(seen).toMatchObject([
    { progress: null, waiting_for: { kind: 'condition', until: null, says: 'haproxy-1 to see postgres-2' } },
    { progress: null, waiting_for: null, remedy: null },
  ]);
});

// The words of a check that alternate between two kinds of failure would otherwise make it wait for ever.
test('gives up although details change, and tells the last of them', async () => {
  let look = 0;
  await expect(wait(() => ({ observed: 'not seen.', details: `its check says ${(look += 1) % 2}.` }))).rejects.toThrow(
    /^Waited 0\.05 s for haproxy-1 to see postgres-2; last seen: not seen; its check says [01]\. No progress since [\d:]{8} UTC\.$/,
  );
});

test('ends at once when nothing is left to try', async () => {
  const looks: Observation<string>[] = [{ hopeless: 'haproxy-1 does not see postgres-2.' }];
  await expect(wait(() => looks.shift()!)).rejects.toMatchObject({
    code: 'not_ready',
    message: 'haproxy-1 does not see postgres-2.',
  });
});

// A session idle in transaction: "open for 272 s" is no other state than "open for 271 s".
test('gives up although a number runs', async () => {
  let seconds = 270;
  await expect(
    wait(() => ({ observed: `shop has a transaction open for ${(seconds += 1)} s (pid 99)` })),
  ).rejects.toThrow(/last seen: shop has a transaction open for \d+ s \(pid 99\)/);
});

test('continues for as long as what is left shrinks', async () => {
  let bytes = 5;
  const look = () => (bytes > 0 ? { observed: `${bytes} bytes behind`, remaining: (bytes -= 1) } : { found: 'it' });
  expect(await wait(look)).toBe('it');
});

describe('although a look hangs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const hanging = (signal: AbortSignal) =>
    waitUntil({
      for: 'an answer',
      step: { signal, note: () => {}, patience_seconds: 60 },
      look: () => new Promise<never>(() => {}),
    }).catch((error: unknown) => error);

  test('ends when it is called off', async () => {
    const caller = new AbortController();
    const ended = hanging(caller.signal);
    caller.abort();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await ended).toBeInstanceOf(CancelledFailure);
  });

  test('gives up', async () => {
    const ended = hanging(new AbortController().signal);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(String(await ended)).toContain('Waited 60 s for an answer; last seen: nothing yet');
  });
});
