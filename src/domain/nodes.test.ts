import { expect, test } from 'vitest';
import { newNode, nextOrdinals } from './nodes.ts';
import { firstTopology } from './plan/create.ts';
import { nodeNamed } from './topology.ts';

const shop = { id: '9f8e7d6c-6a64-4c3b-9b52-0b8e3c0d5a11', name: 'shop', home: '1a2b3c4d' };
const postgres = (...ordinals: number[]) => ordinals.map((ordinal) => newNode(shop, 'postgres', ordinal));

test.each([
  ['the first of a kind', [], [], 2, [1, 2]],
  ['after those there are', [1, 2], [], 1, [3]],
  ['not the number of one that is kept', [1], [2, 3], 2, [4, 5]],
  ['not the numbers of all that are kept', [], [1], 1, [2]],
  ['gaps stay open', [4], [], 1, [5]],
  ['ten comes after nine', [9, 10], [], 1, [11]],
  ['none', [1], [], 0, []],
])('new numbers: %s', (_, present, kept, count, expected) => {
  const topology = { ...firstTopology(shop), nodes: postgres(...present), kept: postgres(...kept) };
  expect(nextOrdinals(topology, 'postgres', count)).toEqual(expected);
});

test('numbers of another kind do not count', () => {
  expect(nextOrdinals({ ...firstTopology(shop), nodes: postgres(1, 2) }, 'haproxy', 1)).toEqual([1]);
});

test('nodes with data have a volume, the others have none', () => {
  const volumes = (['front', 'postgres', 'pgbouncer', 'haproxy', 'etcd'] as const).map(
    (kind) => newNode(shop, kind, 1).volume !== null,
  );
  expect(volumes).toEqual([false, true, false, false, true]);
  expect(newNode(shop, 'postgres', 3, 'patroni')).toMatchObject({ name: 'postgres-3', mode: 'patroni' });
  expect(newNode(shop, 'front', 0).name).toBe('front');
});

test('asking for a node that is not there names those that are', () => {
  expect(() => nodeNamed(firstTopology(shop), 'haproxy-1')).toThrow('no node haproxy-1; it has front, postgres-1');
});
