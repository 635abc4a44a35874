import { useState } from 'react';

/** The rows that were shown, in their order, and how often each has been put elsewhere. */
export interface Places {
  readonly ids: readonly string[];
  readonly moves: ReadonlyMap<string, number>;
}

/** Where more of them move, React moves what is there: to make as many of them again would take longer. */
const mostMoved = 20;

/**
 * A row that moves gets another key: then it alone is taken out and put in elsewhere. With its old one it would stay, and all
 * those that it passes would be moved.
 */
export const nextPlaces = (before: Places, ids: readonly string[]): Places => {
  const places = new Map(before.ids.map((id, place) => [id, place]));
  const known = ids.filter((id) => places.has(id));
  const stay = longestAscending(known.map((id) => places.get(id)!));
  const moved = known.filter((_, index) => !stay.has(index));
  if (moved.length === 0 || moved.length > mostMoved) return { ids, moves: before.moves };
  const moves = new Map(before.moves);
  for (const id of moved) moves.set(id, (moves.get(id) ?? 0) + 1);
  return { ids, moves };
};

/** Indices of as many numbers as possible that ascend. */
const longestAscending = (numbers: readonly number[]): ReadonlySet<number> => {
  /** For each length, the index of the smallest number with which so many ascend. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [index, number] of numbers.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1];
    ends[low] = index;
  }
  const found = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = previous[index]) found.add(index);
  return found;
};

/** @returns the key of each row */
export const useRowKeys = (ids: readonly string[]): ((id: string) => string) => {
  const [places, setPlaces] = useState<Places>(() => ({ ids, moves: new Map() }));
  if (places.ids !== ids) setPlaces(nextPlaces(places, ids));
  return (id) => `${id} ${places.moves.get(id) ?? 0}`;
};
