import { expect, test } from 'vitest';
import { waitUntil, type Observation } from './wait-until.ts';

const wait = (look: () => Observation<string>, noted: string[] = []) =>
  waitUntil({
    for: 'haproxy-1 to see postgres-2',
    step: {
      signal: new AbortController().signal,
      note: (text: string) => void noted.push(text),
      patience_seconds: 0.05,
    },
    look: async () => look(),
  });

test('answers with what was found, having noted once what it waited for', async () => {
  const looks: Observation<string>[] = [{ observed: 'not yet' }, { observed: 'not yet' }, { found: 'it' }];
  const noted: string[] = [];
  expect(await wait(() => looks.shift()!, noted)).toBe('it');
  expect(noted).toEqual(['not yet']);
});

// The words of a check that alternate between two kinds of failure would otherwise make it wait for ever.
test('gives up although details change, and tells the last of them', async () => {
  let look = 0;
  await expect(wait(() => ({ observed: 'not seen.', details: `its check says ${(look += 1) % 2}.` }))).rejects.toThrow(
    /^Waited 0\.05 s for haproxy-1 to see postgres-2; last seen: not seen; its check says [01]\.$/,
  );
});

test('ends at once when nothing is left to try', async () => {
  const looks: Observation<string>[] = [{ hopeless: 'haproxy-1 does not see postgres-2.' }];
  await expect(wait(() => looks.shift()!)).rejects.toMatchObject({
    code: 'not_ready',
    message: 'haproxy-1 does not see postgres-2.',
  });
});
