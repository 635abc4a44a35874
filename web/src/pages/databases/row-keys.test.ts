import { expect, test } from 'vitest';
import { nextPlaces, type Places } from './row-keys.ts';

const letters = (text: string): readonly string[] => text.split('');
const from = (text: string): Places => ({ ids: letters(text), moves: new Map() });

test.each([
  ['abcdef', 'abcdef', ''],
  ['abcdef', 'fabcde', 'f'],
  ['abcdef', 'bcdefa', 'a'],
  ['abcdef', 'acebdf', 'ce'],
  ['abcdef', 'bxdfy', ''],
  ['', 'abc', ''],
  ['abc', '', ''],
])('from %j to %j as few are put elsewhere as possible: %j', (before, now, moved) => {
  const { ids, moves } = nextPlaces(from(before), letters(now));
  expect(ids).toEqual(letters(now));
  expect([...moves.keys()].toSorted().join('')).toHaveLength(moved.length);
  expect([...moves.keys()].toSorted()).toEqual(letters(moved).toSorted());
});

test('one that moves twice gets a third key, and in another order of all none gets another', () => {
  const there = nextPlaces(from('abc'), letters('cab'));
  const back = nextPlaces(there, letters('abc'));
  expect(back.moves).toEqual(new Map([['c', 2]]));
  const many = Array.from({ length: 100 }, (_, index) => String(index));
  expect(nextPlaces({ ids: many, moves: new Map() }, many.toReversed()).moves.size).toBe(0);
});
