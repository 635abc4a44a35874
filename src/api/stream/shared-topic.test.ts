import { describe, expect, test, vi } from 'vitest';
import { keptEvents, type TopicEvent } from './kept-events.ts';
import { sharedTopic, type TopicSource } from './shared-topic.ts';

/** A number that the test changes; `looks` counts who asked for it. */
const numbers = () => {
  let sequence = 0;
  const world = { value: 1 as number | Error, looks: 0, ended: false };
  const source: TopicSource<number> = {
    read: async () => {
      world.looks += 1;
      if (world.value instanceof Error) throw world.value;
      return world.value;
    },
    snapshot: (all) => ({ all }),
    changes: (before, now) => (before === now ? [] : [{ event: 'changed', data: { to: now } }]),
    end: () => (world.ended ? { over: true } : null),
    problem: (error) => ({ why: (error as Error).message }),
    everyMs: () => 1,
  };
  const topic = sharedTopic(source, () => (sequence += 1));
  const listen = (after: number | null = null) => {
    const events: TopicEvent[] = [];
    const end = topic.listen((event) => events.push(event), after);
    return { events, end, heard: () => events.map(({ event, data }) => `${event} ${data}`) };
  };
  return { world, topic, listen };
};

test('all who listen are answered by the same looks, and none is made once they have gone', async () => {
  const { world, topic, listen } = numbers();
  const listening = Array.from({ length: 50 }, () => listen());
  await vi.waitFor(() => expect(listening[49]?.heard()).toEqual(['snapshot {"all":1}']));
  world.value = 2;
  await vi.waitFor(() => expect(listening[0]?.heard()).toEqual(['snapshot {"all":1}', 'changed {"to":2}']));
  expect(listening[49]?.heard()).toEqual(listening[0]?.heard());
  const late = listen();
  expect(late.heard()).toEqual(['snapshot {"all":2}']);
  for (const { end } of [...listening, late]) end();
  expect(topic.isHeard()).toBe(false);
  // While it is looked at, one who comes is answered at once.
  await vi.waitFor(() => {
    const next = listen();
    next.end();
    expect(next.events).toEqual([]);
  });
});

describe('one who comes back', () => {
  test('hears what has happened since, once, and not the beginning again', async () => {
    const { world, listen } = numbers();
    const stays = listen();
    const leaves = listen();
    await vi.waitFor(() => expect(leaves.events).toHaveLength(1));
    leaves.end();
    for (const value of [2, 3]) {
      world.value = value;
      await vi.waitFor(() => expect(stays.events.at(-1)?.data).toBe(`{"to":${value}}`));
    }
    const back = listen(leaves.events[0]!.sequence);
    expect(back.heard()).toEqual(['changed {"to":2}', 'changed {"to":3}']);
  });

  test('hears what changed while no one listened', async () => {
    const { world, listen } = numbers();
    const first = listen();
    await vi.waitFor(() => expect(first.events).toHaveLength(1));
    first.end();
    world.value = 7;
    const back = listen(first.events[0]!.sequence);
    await vi.waitFor(() => expect(back.heard()).toEqual(['changed {"to":7}']));
  });

  test('hears everything again where what it missed is not kept any longer', () => {
    const kept = keptEvents(1, 20);
    const data = 'x'.repeat(8);
    for (const sequence of [2, 3, 4]) kept.add({ sequence, event: 'changed', data });
    expect(kept.after(2)?.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(kept.after(1)).toBeNull();
  });
});

test('what cannot be looked at is said once, and everything when it can be again', async () => {
  const { world, listen } = numbers();
  const listener = listen();
  await vi.waitFor(() => expect(listener.events).toHaveLength(1));
  world.value = new Error('away');
  await vi.waitFor(() => expect(listener.heard()).toContain('problem {"why":"away"}'));
  const second = listen();
  await vi.waitFor(() => expect(second.heard()).toEqual(['problem {"why":"away"}']));
  world.value = 1;
  await vi.waitFor(() => expect(second.heard()).toEqual(['problem {"why":"away"}', 'snapshot {"all":1}']));
  expect(listener.heard()).toEqual(['snapshot {"all":1}', 'problem {"why":"away"}', 'snapshot {"all":1}']);
});

test('the end is said, also to one who comes afterwards', async () => {
  const { world, listen } = numbers();
  const listener = listen();
  await vi.waitFor(() => expect(listener.events).toHaveLength(1));
  world.value = 2;
  world.ended = true;
  await vi.waitFor(() => expect(listener.heard().slice(1)).toEqual(['changed {"to":2}', 'ended {"over":true}']));
  const late = listen();
  await vi.waitFor(() => expect(late.heard()).toEqual(['snapshot {"all":2}', 'ended {"over":true}']));
  expect(listener.heard()).toHaveLength(3);
});

// An operation that had waited for an operator was undone later. Who asked again within five minutes still heard the first end.
test('an end is looked at again for one who comes afterwards', async () => {
  const { world, listen } = numbers();
  world.ended = true;
  const listener = listen();
  await vi.waitFor(() => expect(listener.heard()).toEqual(['snapshot {"all":1}', 'ended {"over":true}']));
  world.value = 2;
  const late = listen();
  await vi.waitFor(() => expect(late.heard()).toEqual(['snapshot {"all":2}', 'ended {"over":true}']));
});
