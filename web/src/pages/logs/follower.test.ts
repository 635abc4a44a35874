import { afterEach, expect, test, vi } from 'vitest';
import { createFollower, type Follower } from './follower.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const line = (at: string, text: string, node = 'postgres-1') => event('line', { node, at, text });

/** Each request is answered with the next stream, which then ends. */
const answering = (...streams: (string | Response)[]) => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string, { signal }: RequestInit) => {
    asked.push(path);
    const next = streams.shift();
    if (next instanceof Response) return next;
    if (next !== undefined) return new Response(next);
    return new Response(new ReadableStream({ start: (it) => signal!.addEventListener('abort', () => it.error()) }));
  });
  return asked;
};

const texts = (follower: Follower) => follower.read().lines.map(({ text }) => text);

test('goes on after a stream that broke off, and shows no line twice', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asked = answering(
    line('2026-11-21T04:45:41Z', 'a') + line('2026-11-21T04:45:42Z', 'b'),
    line('2026-11-21T04:45:42Z', 'b') + line('2026-11-21T04:45:43Z', 'c'),
  );
  const follower = createFollower({ path: '/logs', node: '', lines: '50' });
  const leave = follower.subscribe(() => undefined);
  await vi.waitFor(() => expect(follower.read().state).toBe('broken off'));
  await vi.advanceTimersByTimeAsync(3000);
  await vi.waitFor(() => expect(texts(follower)).toEqual(['a', 'b', 'c']));
  expect(asked[0]).toBe('/logs?follow=true&lines=50');
  expect(asked[1]).toBe('/logs?follow=true&since=2026-11-21T04%3A44%3A42.000Z');
  leave();
});

test('says what a node cannot be read for until it is read again', async () => {
  const streams = [event('notice', { node: 'postgres-1', message: 'no such container' })];
  answering(...streams);
  const follower = createFollower({ path: '/logs', node: 'postgres-1', lines: '50' });
  const leave = follower.subscribe(() => undefined);
  await vi.waitFor(() => expect(follower.read().notices).toEqual({ 'postgres-1': 'no such container' }));
  leave();
});

test('does not ask again after a refusal', async () => {
  answering(Response.json({ status: 403, detail: 'needs operator' }, { status: 403 }));
  const follower = createFollower({ path: '/logs', node: '', lines: '50' });
  const leave = follower.subscribe(() => undefined);
  await vi.waitFor(() => expect(follower.read().refused?.message).toBe('needs operator'));
  leave();
});
