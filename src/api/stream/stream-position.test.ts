import { expect, test } from 'vitest';
import { readPosition, writePosition } from './stream-position.ts';

const topics = ['databases', 'system', 'operation:1'];

test('an id says which topics its reader knows the beginning of, and up to where', () => {
  const position = { known: new Set([0, 2]), sequence: 42 };
  expect(readPosition('epoch', topics, writePosition('epoch', topics, position))).toEqual(position);
});

test('an id of another process or of other topics is no place to go on from', () => {
  const id = writePosition('epoch', topics, { known: new Set([0]), sequence: 42 });
  expect(readPosition('later', topics, id)).toBeNull();
  expect(readPosition('epoch', topics.slice(1), id)).toBeNull();
  for (const odd of [undefined, '', 'epoch', `${id}0x`, id.replace('.42', '.-1')])
    expect(readPosition('epoch', topics, odd)).toBeNull();
});
