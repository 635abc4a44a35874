import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { Problem, Unreachable } from '../problem.ts';
import { createQueryClient } from '../queries.ts';
import type { System } from '../types.ts';
import { applyMessage } from './apply.ts';
import { askAgainWhenLive, isBack } from './ask-again.ts';
import type { Connection } from './connection.ts';
import type { Stream } from './stream.ts';

const systemWith = (state: 'up' | 'down') => ({ metadata: { state, says: '', next: null } }) as unknown as System;
const system = (state: 'up' | 'down') =>
  ({ event: 'snapshot', data: { topic: 'system', system: systemWith(state) } }) as const;

/** A page that shows what was refused so; how often it has asked. */
const shownWith = async (refusal: Error) => {
  const cache = createQueryClient();
  const asked = vi.fn<() => Promise<never>>(async () => Promise.reject(refusal));
  const observer = new QueryObserver(cache, { queryKey: ['snapshots'], queryFn: asked, retry: false });
  observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(observer.getCurrentResult().isError).toBe(true));
  return { cache, asked };
};

const unavailable = new Problem({ detail: 'The metadata database does not answer.', status: 503 });
const refused = new Problem({ detail: 'There is no database shop.', status: 404 });

// What was opened while the metadata was away showed for ever that it does not answer.
test('what was not answered is asked again when what was down is up', async () => {
  const { cache, asked } = await shownWith(unavailable);
  applyMessage(cache, system('down'));
  expect(asked).toHaveBeenCalledTimes(1);
  applyMessage(cache, system('up'));
  expect(asked).toHaveBeenCalledTimes(2);
  applyMessage(cache, system('up'));
  expect(asked).toHaveBeenCalledTimes(2);
});

test('what was refused is not', async () => {
  const { cache, asked } = await shownWith(refused);
  applyMessage(cache, system('down'));
  applyMessage(cache, system('up'));
  expect(asked).toHaveBeenCalledTimes(1);
});

/** A stream whose connection a test sets. */
const streamOf = () => {
  const watchers: (() => void)[] = [];
  let state: Connection['state'] = 'live';
  const stream = {
    connection: () => ({ state }) as Connection,
    onConnection: (watcher: () => void) => {
      watchers.push(watcher);
      return () => undefined;
    },
  };
  const become = (next: Connection['state']): void => {
    state = next;
    for (const watcher of watchers) watcher();
  };
  return { stream: stream as unknown as Stream, become };
};

test('what was not answered is asked again when the stream is back', async () => {
  const { cache, asked } = await shownWith(new Unreachable());
  const { stream, become } = streamOf();
  askAgainWhenLive(cache, stream);
  become('reconnecting');
  become('reconnecting');
  expect(asked).toHaveBeenCalledTimes(1);
  become('live');
  expect(asked).toHaveBeenCalledTimes(2);
  become('live');
  expect(asked).toHaveBeenCalledTimes(2);
});

test('also where the page was hidden before it was back', async () => {
  const { cache, asked } = await shownWith(new Unreachable());
  const { stream, become } = streamOf();
  askAgainWhenLive(cache, stream);
  become('reconnecting');
  become('idle');
  expect(asked).toHaveBeenCalledTimes(1);
  become('live');
  expect(asked).toHaveBeenCalledTimes(2);
  become('idle');
  become('live');
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a part that the API has not named before is no reason to ask again, and no error', () => {
  expect(isBack({}, systemWith('up'))).toBe(false);
});
