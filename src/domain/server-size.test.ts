import { describe, expect, test } from 'vitest';
import { beyondCapacity, bytesOf, chosenSize, cpus, memory, memoryText, usualSize } from './server-size.ts';

const gibibyte = 1024 ** 3;

describe('memory', () => {
  test.each([
    ['4GiB', 4 * gibibyte],
    ['4 GB', 4 * gibibyte],
    ['4g', 4 * gibibyte],
    ['1.5GiB', 1.5 * gibibyte],
    ['768MiB', 0.75 * gibibyte],
    ['2TiB', 2048 * gibibyte],
  ])('%s is what PostgreSQL and Docker understand by it', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
    expect(memory.parse(text)).toBe(bytes);
    // A request that was parsed once is parsed again where it is carried out.
    expect(memory.parse(bytes)).toBe(bytes);
  });

  test.each(['4', '4GiBs', '-4GiB', 'much', '', 'GiB', '511MiB', '5TiB', 1024, -1, null, true])(
    '%s is refused, with what is allowed',
    (value) => {
      const refused = memory.safeParse(value);
      expect(refused.error?.issues[0]?.message).toContain('512MiB to 4TiB');
    },
  );

  test('is shown as it would be written', () => {
    expect([4 * gibibyte, 1.5 * gibibyte, gibibyte / 2].map(memoryText)).toEqual(['4 GiB', '1536 MiB', '512 MiB']);
  });
});

test.each([
  [0.25, true],
  [1.5, true],
  [0.29, true],
  [512, true],
  [0.2, false],
  [1.125, false],
  [513, false],
  ['two', false],
])('%s CPUs can be chosen: %s', (value, isAllowed) => {
  expect(cpus.safeParse(value).success).toBe(isAllowed);
});

test('what is not chosen is as usual, or as the source of a snapshot has it', () => {
  expect(chosenSize({})).toEqual(usualSize);
  expect(chosenSize({ cpus: 4 })).toEqual({ ...usualSize, cpus: 4 });
  const source = { memory_bytes: 8 * gibibyte, cpus: 4 };
  expect(chosenSize({ memory: 2 * gibibyte }, source)).toEqual({ memory_bytes: 2 * gibibyte, cpus: 4 });
});

test('a server larger than its host says in what', () => {
  const host = { memory_bytes: 24 * gibibyte, cpus: 2 };
  expect(beyondCapacity({ memory_bytes: 24 * gibibyte, cpus: 2 }, host)).toBeNull();
  expect(beyondCapacity({ memory_bytes: 32 * gibibyte, cpus: 4 }, host)).toBe(
    'memory is 32 GiB, and the host has 24 GiB; cpus is 4, and the host has 2',
  );
});
