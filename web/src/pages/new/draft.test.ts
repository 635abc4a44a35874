import { expect, test } from 'vitest';
import { bodyOf, draftOf } from './draft.ts';

test('what is left empty is left to the API', () => {
  expect(bodyOf(draftOf({ name: 'shop' }))).toEqual({ name: 'shop' });
});

test('numbers are sent as numbers, anything else as it was typed', () => {
  const draft = { ...draftOf({}), name: ' shop ', postgres_major: '18', cpus: '0.5', port: '5432x' };
  expect(bodyOf(draft)).toEqual({ name: 'shop', postgres_major: 18, cpus: 0.5, port: '5432x' });
});

test('a link fills the form', () => {
  const body = { name: 'shop', postgres_major: 15, memory: '4GiB', storage: '50GiB', port: 6000 };
  expect(bodyOf(draftOf(body))).toEqual(body);
});
