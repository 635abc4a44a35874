import { describe, expect, test } from 'vitest';

import { createLineQueue } from './line-queue.ts';

describe('lines of a command', () => {
  test('come whole, however the bytes were cut', async () => {
    const queue = createLineQueue('psql in shop');
    for (const byte of Buffer.from('häl\r\nlo\nrest')) queue.push(Uint8Array.of(byte));
    queue.end(new Error('ended'));
    expect([await queue.readLine(1), await queue.readLine(1), await queue.readLine(1)]).toEqual(['häl', 'lo', 'rest']);
    await expect(queue.readLine(1)).rejects.toThrow('ended');
  });

  test('go to readers in the order of their asking; one that comes too late waits for the next', async () => {
    const queue = createLineQueue('psql in shop');
    await expect(queue.readLine(1)).rejects.toThrow('psql in shop printed no line within 1 ms');
    const [first, second] = [queue.readLine(1000), queue.readLine(Infinity)];
    queue.push(Buffer.from('1\n2\n3\n'));
    expect([await first, await second, await queue.readLine(1)]).toEqual(['1', '2', '3']);
  });

  test('stop for everyone who waits', async () => {
    const queue = createLineQueue('psql in shop');
    const waiting = queue.readLine(Infinity);
    queue.end(new Error('ended'));
    await expect(waiting).rejects.toThrow('ended');
  });
});
