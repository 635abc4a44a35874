import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { sharedResolve } from './shared-resolve.ts';

const found: readonly LookupAddress[] = [{ address: '192.0.2.1', family: 4 }];

/** A resolver that answers when it is asked to. */
const begin = () => {
  const asked: string[] = [];
  const answers = new Map<string, PromiseWithResolvers<readonly LookupAddress[]>>();
  const resolve = sharedResolve((host) => {
    asked.push(host);
    const answer = Promise.withResolvers<readonly LookupAddress[]>();
    answers.set(host, answer);
    return answer.promise;
  });
  return { asked, answers, resolve };
};

// A receiver whose name server was silent kept all others waiting: each of its attempts asked, and stayed in the queue.
test('a name is asked for once at a time, and attempts that have given up keep no other name waiting', async () => {
  const { asked, answers, resolve } = begin();
  const limit = new AbortController();
  const silent = ['a.example', 'a.example', 'b.example', 'c.example', 'c.example'].map((host) =>
    resolve(host, limit.signal).catch(() => 'gave up'),
  );
  const healthy = resolve('healthy.example', new AbortController().signal);
  expect(asked).toEqual(['a.example', 'b.example']);
  limit.abort();
  expect(await Promise.all(silent)).toEqual(silent.map(() => 'gave up'));

  answers.get('a.example')!.reject(new Error('it timed out'));
  await expect.poll(() => asked).toEqual(['a.example', 'b.example', 'healthy.example']);
  answers.get('healthy.example')!.resolve(found);
  expect(await healthy).toEqual(found);
});

test('those who wait for one name get one answer, also when another of them gives up, and the next asks again', async () => {
  const { asked, answers, resolve } = begin();
  const limit = new AbortController();
  const [left, waits] = [resolve('a.example', limit.signal), resolve('a.example')];
  limit.abort();
  await expect(left).rejects.toThrow('aborted');
  answers.get('a.example')!.resolve(found);
  expect(await waits).toEqual(found);
  const again = resolve('a.example');
  expect(asked).toEqual(['a.example', 'a.example']);
  answers.get('a.example')!.resolve(found);
  expect(await again).toEqual(found);
});
