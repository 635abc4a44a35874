import { expect, test } from 'vitest';
import type { OpenSession } from '../../src/workload/session.ts';
import { readWriteOpener } from './read-write-session.ts';

const endpoint = { host: 'any', port: 0, user: 'bench', password: '', database: 'bench' };
const hosts = [
  { host: 'a', port: 1 },
  { host: 'b', port: 2 },
];

type Answer = 'writes' | 'read_only' | 'refused' | 'broken';

/** Servers by host, and which connections to them are open. */
const servers = (answers: Record<string, Answer>) => {
  const tried: string[] = [];
  const open = new Set<string>();
  const openOn: OpenSession = async ({ host }) => {
    tried.push(host);
    const answer = answers[host];
    if (answer === 'refused') throw new Error(`${host} refuses`);
    open.add(host);
    return {
      query: async () => {
        if (answer === 'broken') throw new Error(`${host} broke`);
        return { command: 'SELECT', rows: [{ read_only: answer === 'read_only' }] };
      },
      close: async () => void open.delete(host),
      destroy: () => open.delete(host),
    };
  };
  return { tried, open, connect: () => readWriteOpener(() => hosts, openOn)(endpoint) };
};

test.for([
  ['writes', 'writes', 'a'],
  ['read_only', 'writes', 'b'],
  ['refused', 'writes', 'b'],
  ['broken', 'writes', 'b'],
] as const)(
  'of %s and %s it takes the first that takes writes, and leaves no other connection open',
  async ([a, b, taken]) => {
    const world = servers({ a, b });
    await world.connect();
    expect([...world.open]).toEqual([taken]);
  },
);

test('when none takes writes, connecting fails and nothing is left open', async () => {
  const world = servers({ a: 'refused', b: 'read_only' });
  await expect(world.connect()).rejects.toThrow('b:2 takes no writes');
  expect(world.tried).toEqual(['a', 'b']);
  expect(world.open.size).toBe(0);
});
